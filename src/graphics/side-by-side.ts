// Several pictures in one, side by side.
import { document } from './svg.ts';

/** Pictures of this folder (their size stands in their first tag), from left to right. */
export function sideBySide(title: string, pictures: readonly string[]): string {
  let [x, height] = [0, 0];
  const placed = pictures.map((picture) => {
    const [, w, h] = /^<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(picture) ?? [];
    if (w === undefined || h === undefined) throw new Error('a picture without a size');
    const here = picture.replace('<svg ', `<svg x="${x}" y="0" `).trimEnd();
    x += Number(w);
    height = Math.max(height, Number(h));
    return here;
  });
  return document(x, height, title, placed);
}
