// A terminal for tests: what stands on it after a text with the few codes that cnnc writes.

/** The lines of a terminal of unlimited height; colours are left out. Refuses codes that it does not know. */
export function screen(text: string, columns: number): string[] {
  const lines: string[][] = [[]];
  let [x, y] = [0, 0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: codes of a terminal begin with one
  for (const [whole, count, code] of text.matchAll(/\x1b\[([\d;]*)([A-Za-z])|[\s\S]/g)) {
    if (code === 'A') y = Math.max(0, y - Number(count || 1));
    else if (code === 'J') {
      lines.length = y + 1;
      lines[y] = (lines[y] as string[]).slice(0, x);
    } else if (code !== undefined && code !== 'm') throw new Error(`the code ${JSON.stringify(whole)}`);
    else if (whole === '\n') [x, y] = [0, y + 1];
    else if (whole === '\r') x = 0;
    else if (code === undefined) {
      if (x >= columns) [x, y] = [0, y + 1];
      while (lines.length <= y) lines.push([]);
      const line = lines[y] as string[];
      while (line.length < x) line.push(' ');
      line[x++] = whole;
    }
    while (lines.length <= y) lines.push([]);
  }
  return lines.map((line) => line.join('').trimEnd());
}
