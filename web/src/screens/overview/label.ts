/* SVG text does not wrap: a name cut into the lines that fit.
 *
 * Breaks between words where there are some, within a word only when it is wider than the room
 * (then between syllables, with a hyphen); what does not fit the last line ends with "…". */
export type Measure = (text: string) => number;

function cut(text: string, room: number, width: Measure, mark: string): string {
  let n = text.length;
  while (n > 1 && width(text.slice(0, n) + mark) > room) n -= 1;
  return text.slice(0, n);
}

/* Names of places are pinyin: a syllable ends with a vowel, n, g or r, the next begins with a
 * consonant (zh, ch and sh are one) before a vowel.  The end of the last syllable of `head`
 * that the next may follow; all of it when there is none. */
function syllableEnd(text: string, head: number): number {
  for (let n = head; n > 2; n -= 1)
    if (/[aeiouüngr]$/i.test(text.slice(0, n)) && /^([zcs]h|[bpmfdtnlgkhjqxrzcsyw])[aeiouü]/i.test(text.slice(n))) return n;
  return head;
}

function firstLine(text: string, room: number, width: Measure): { line: string; rest: string } {
  for (let at = text.lastIndexOf(' '); at > 0; at = text.lastIndexOf(' ', at - 1))
    if (width(text.slice(0, at)) <= room) return { line: text.slice(0, at), rest: text.slice(at + 1) };
  const hyphen = /[a-z]/i.test(text) ? '-' : '';
  const n = syllableEnd(text, cut(text, room, width, hyphen).length);
  return { line: text.slice(0, n) + hyphen, rest: text.slice(n).trimStart() };
}

export function wrapLabel(text: string, room: number, width: Measure, linesMax = 2): string[] {
  const lines: string[] = [];
  let rest = text;
  while (width(rest) > room && lines.length < linesMax - 1) {
    const next = firstLine(rest, room, width);
    lines.push(next.line);
    rest = next.rest;
  }
  lines.push(width(rest) <= room ? rest : cut(rest, room, width, '…').trimEnd() + '…');
  return lines;
}
