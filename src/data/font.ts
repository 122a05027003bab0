// A small font of our own for labels under pictures: capitals, small letters, digits and signs of ASCII, 5 x 7 dots with
// two more rows below the line.

/** Signs side by side, six columns each, nine rows: what stands on a line of letters is drawn below it. */
const sheets: readonly (readonly [letters: string, rows: readonly string[]])[] = [
  [
    '0123456789',
    [
      ' ###    #    ###   ###     #  #####  ###  #####  ###   ### ',
      '#   #  ##   #   # #   #   ##  #     #         # #   # #   #',
      '#  ##   #       #     #  # #  ####  #        #  #   # #   #',
      '# # #   #      #    ##  #  #      # ####     #   ###   ####',
      '##  #   #     #       # #####     # #   #   #   #   #     #',
      '#   #   #    #    #   #    #  #   # #   #   #   #   #     #',
      ' ###   ###  #####  ###     #   ###   ###    #    ###   ### ',
      '',
      '',
    ],
  ],
  [
    'ABCDEFGHIJKLM',
    [
      ' ###  ####   ###  ####  ##### #####  ###  #   #  ###    ### #   # #     #   #',
      '#   # #   # #   # #   # #     #     #   # #   #   #      #  #  #  #     ## ##',
      '#   # #   # #     #   # #     #     #     #   #   #      #  # #   #     # # #',
      '##### ####  #     #   # ####  ####  #  ## #####   #      #  ##    #     # # #',
      '#   # #   # #     #   # #     #     #   # #   #   #      #  # #   #     #   #',
      '#   # #   # #   # #   # #     #     #   # #   #   #   #  #  #  #  #     #   #',
      '#   # ####   ###  ####  ##### #      ###  #   #  ###   ##   #   # ##### #   #',
      '',
      '',
    ],
  ],
  [
    'NOPQRSTUVWXYZ',
    [
      '#   #  ###  ####   ###  ####   #### ##### #   # #   # #   # #   # #   # #####',
      '##  # #   # #   # #   # #   # #       #   #   # #   # #   # #   # #   #     #',
      '# # # #   # #   # #   # #   # #       #   #   # #   # #   #  # #   # #     # ',
      '#  ## #   # ####  #   # ####   ###    #   #   # #   # # # #   #     #     #  ',
      '#   # #   # #     # # # # #       #   #   #   # #   # # # #  # #    #    #   ',
      '#   # #   # #     #  #  #  #      #   #   #   #  # #  ## ## #   #   #   #    ',
      '#   #  ###  #      ## # #   # ####    #    ###    #   #   # #   #   #   #####',
      '',
      '',
    ],
  ],
  [
    'abcdefghijklm',
    [
      '      #               #         ##        #       #      #  #      ##        ',
      '      #               #        #  #       #                 #       #        ',
      ' ###  ####   ###   ####  ###   #     #### ####   ##     ##  #  #    #   ## # ',
      '    # #   # #     #   # #   # ####  #   # #   #   #      #  # #     #   # # #',
      ' #### #   # #     #   # #####  #    #   # #   #   #      #  ##      #   # # #',
      '#   # #   # #   # #   # #      #     #### #   #   #      #  # #     #   #   #',
      ' #### ####   ###   ####  ###   #        # #   #  ###     #  #  #   ###  #   #',
      '                                    #   #             #  #                   ',
      '                                     ###               ##                    ',
    ],
  ],
  [
    'nopqrstuvwxyz',
    [
      '                                     #                                       ',
      '                                     #                                       ',
      '# ##   ###  ####   #### # ##   ###  ####  #   # #   # #   # #   # #   # #####',
      '##  # #   # #   # #   # ##  # #      #    #   # #   # #   #  # #  #   #    # ',
      '#   # #   # #   # #   # #      ###   #    #   # #   # # # #   #   #   #   #  ',
      '#   # #   # #   # #   # #         #  #  # #  ##  # #  # # #  # #   ####  #   ',
      '#   #  ###  ####   #### #     ####    ##   ## #   #    # #  #   #     # #####',
      '            #         #                                           #   #      ',
      '            #         #                                            ###       ',
    ],
  ],
  [
    '.,:;!?-+*/=_(',
    [
      '                          #    ###                        #                # ',
      '                          #   #   #         #   # # #     #               #  ',
      '             ##    ##     #       #         #    ###     #  #####        #   ',
      '             ##    ##     #     ##  ##### ##### #####   #                #   ',
      '                          #     #           #    ###   #    #####        #   ',
      ' ##    ##    ##    ##                       #   # # # #                   #  ',
      ' ##    ##    ##    ##     #     #                     #           #####    # ',
      '        #           #                                                        ',
      '       #           #                                                         ',
    ],
  ],
  [
    ')[]<>&%#@\'"|~',
    [
      ' #     ###   ###     #  #      ##   ##  #  # #   ###    #    # #    #        ',
      '  #    #       #    #    #    #  #  ##  #  # #  #   #   #    # #    #        ',
      '   #   #       #   #      #   #  #     #  ##### # ###               #        ',
      '   #   #       #  #        #   ##     #    # #  # # #               #    #   ',
      '   #   #       #   #      #   # # #  #    ##### # ###               #   # # #',
      '  #    #       #    #    #    #  #  #  ##  # #  #                   #      # ',
      ' #     ###   ###     #  #      ## # #  ##  # #   ####               #        ',
      '',
      '',
    ],
  ],
];

/** Width and height of a sign in dots, without the space between signs. */
export const signWidth = 5;
export const signHeight = 9;
/** From one sign to the next. */
export const advance = signWidth + 1;

const signs = new Map<string, readonly string[]>(
  sheets.flatMap(([letters, rows]) =>
    [...letters].map((letter, i): [string, string[]] => [
      letter,
      rows.map((row) => row.slice(i * advance, i * advance + signWidth).padEnd(signWidth)),
    ]),
  ),
);
/** What stands for signs that the font has not. */
const unknown = ['#####', '#   #', '#   #', '#   #', '#   #', '#   #', '#####', '     ', '     '];
const space = new Array<string>(signHeight).fill(' '.repeat(signWidth));

/** The dots of a text, as columns and rows from its upper left corner. */
export function dotsOf(text: string): [x: number, y: number][] {
  // Accents are left out rather than the letters below them.
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '');
  return [...plain].flatMap((letter, i) => {
    const rows = letter === ' ' ? space : (signs.get(letter) ?? unknown);
    return rows.flatMap((row, y) =>
      [...row].flatMap((dot, x): [number, number][] => (dot === '#' ? [[i * advance + x, y]] : [])),
    );
  });
}

/** Width of a text in dots. */
export const textWidth = (text: string): number =>
  Math.max(0, [...text.normalize('NFD').replace(/\p{M}/gu, '')].length * advance - 1);
