// The few pieces of SVG that the pictures are made of. Numbers are rounded to a tenth, so that equal pictures are equal texts.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const colours = {
  ink: '#1f2933',
  soft: '#5f6c7b',
  line: '#8794a3',
  faint: '#c4ccd6',
  paper: '#ffffff',
} as const;

export const FONT = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (c) => escapes[c] as string);

export const round = (n: number): string => String(Math.round(n * 10) / 10);

/** How wide a text is at most, in a sans serif face that is not known. */
export const textWidth = (text: string, size: number, bold = false): number =>
  [...text].reduce((w, c) => w + (/[ijl.,:;|'!]/.test(c) ? 0.32 : /[mwMW]/.test(c) ? 0.95 : 0.61), 0) *
  size *
  (bold ? 1.08 : 1);

export interface TextStyle {
  readonly size: number;
  readonly bold?: boolean;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A text whose baseline starts at, is centred on, or ends at a point. */
export function text(
  at: Point,
  words: string,
  { size, bold, fill = colours.ink, anchor = 'middle' }: TextStyle,
): string {
  return `<text x="${round(at.x)}" y="${round(at.y)}" font-size="${size}"${bold ? ' font-weight="600"' : ''} fill="${fill}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
}

export const polygon = (points: readonly Point[], fill: string, stroke: string, more = ''): string =>
  `<polygon points="${points.map((p) => `${round(p.x)},${round(p.y)}`).join(' ')}" fill="${fill}" stroke="${stroke}" stroke-width="1.2" stroke-linejoin="round"${more}/>`;

export const line = (a: Point, b: Point, stroke: string, more = ''): string =>
  `<line x1="${round(a.x)}" y1="${round(a.y)}" x2="${round(b.x)}" y2="${round(b.y)}" stroke="${stroke}" stroke-width="1.4"${more}/>`;

export const path = (d: string, stroke: string, more = ''): string =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="1.6"${more}/>`;

export const MARGIN = 36;

/** Title and facts at the top left. */
export function heading(title: string, subtitle: string): string[] {
  return [
    text({ x: MARGIN, y: MARGIN + 18 }, title, { size: 26, bold: true, anchor: 'start' }),
    text({ x: MARGIN, y: MARGIN + 42 }, subtitle, { size: 15, fill: colours.soft, anchor: 'start' }),
  ];
}

/** The picture: a white ground, one face for all texts, and the arrow head that edges end in. */
export function document(width: number, height: number, title: string, body: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" font-family="${FONT}" role="img">
<title>${escapeXml(title)}</title>
<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 1 L9 5 L0 9 z" fill="${colours.soft}"/></marker></defs>
<rect width="100%" height="100%" fill="${colours.paper}"/>
${body.join('\n')}
</svg>
`;
}

/** Fills of the kinds of boxes: front, side and top of a solid, and the colour of its edges. */
export const palette = {
  input: { front: '#f4f1e8', side: '#e0dac8', top: '#faf8f2', edge: '#8a8064' },
  filter: { front: '#cfe1f5', side: '#a3c4e8', top: '#e4eefa', edge: '#2f5f93' },
  pool: { front: '#fbd9c6', side: '#f2b899', top: '#fdeae0', edge: '#b3592a' },
  dense: { front: '#d2ecd6', side: '#a9d6b1', top: '#e6f5e8', edge: '#34774a' },
  merge: { front: '#ece0f5', side: '#d3bde6', top: '#f5eefa', edge: '#6b4391' },
  other: { front: '#e9edf1', side: '#cfd6de', top: '#f4f6f8', edge: '#5f6c7b' },
} as const;
