/* Which entries fit a few typed letters, best first: code or name begins with it, then holds
 * it, then every typed word is somewhere. */
export interface Findable {
  name: string;
  code: string;
}

function score(entry: Findable, text: string, words: string[]): number {
  const name = entry.name.toLowerCase();
  const code = entry.code.toLowerCase();
  if (code === text || name === text) return 0;
  if (code.startsWith(text) || name.startsWith(text)) return 1;
  if (name.includes(text) || code.includes(text)) return 2;
  const both = `${name} ${code}`;
  return words.every((word) => both.includes(word)) ? 3 : 9;
}

export function rank<T extends Findable>(entries: T[], typed: string, most: number): T[] {
  const text = typed.trim().toLowerCase();
  if (text === '') return entries.slice(0, most);
  const words = text.split(/\s+/);
  return entries
    .map((entry, i) => ({ entry, i, score: score(entry, text, words) }))
    .filter((hit) => hit.score < 9)
    .sort((a, b) => a.score - b.score || a.i - b.i)
    .slice(0, most)
    .map((hit) => hit.entry);
}
