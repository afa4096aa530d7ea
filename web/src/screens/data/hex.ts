/* Bytes as lines of 16: offset, hex, printable characters; a long frame is cut. */
const LINES_MAX = 512;

export function hexLines(hex: string): string {
  const lines: string[] = [];
  const bytes = hex.match(/../g) ?? [];
  for (let at = 0; at < bytes.length && lines.length < LINES_MAX; at += 16) {
    const row = bytes.slice(at, at + 16);
    const text = row.map((byte) => {
      const code = parseInt(byte, 16);
      return code >= 32 && code < 127 ? String.fromCharCode(code) : '.';
    });
    lines.push(`${at.toString(16).padStart(6, '0')}  ${row.join(' ').padEnd(47)}  ${text.join('')}`);
  }
  if (bytes.length > LINES_MAX * 16) lines.push('…');
  return lines.join('\n');
}
