// Letters for pictures that are made of points: ASCII, 5 x 7 points and two more rows below the line.

/** Letters side by side, six columns each; the last two of nine rows lie below the line. */
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
  [
    '{}$^\\`',
    [
      '   #   #      #     #          #   ',
      '  #     #    ####  # #  #       #  ',
      '  #     #   # #   #   #  #       # ',
      ' #       #   ###          #        ',
      '  #     #     # #          #       ',
      '  #     #   ####            #      ',
      '   #   #      #                    ',
      '',
      '',
    ],
  ],
];

/** Width and height of a letter in points, without the space between letters. */
const letterWidth = 5;
export const letterHeight = 9;
/** From one letter to the next. */
const advance = letterWidth + 1;

const letters = new Map<string, readonly string[]>(
  sheets.flatMap(([own, rows]) =>
    [...own].map((letter, i): [string, string[]] => [
      letter,
      rows.map((row) => row.slice(i * advance, i * advance + letterWidth).padEnd(letterWidth)),
    ]),
  ),
);
/** What stands for letters that the font has not. */
const unknown = ['#####', '#   #', '#   #', '#   #', '#   #', '#   #', '#####', '     ', '     '];
const space = new Array<string>(letterHeight).fill(' '.repeat(letterWidth));

/** Accents are left out rather than the letters below them. */
const plain = (text: string): string[] => [...text.normalize('NFD').replace(/\p{M}/gu, '')];

/** The points of a text, as columns and rows from its upper left corner. */
export const pointsOf = (text: string): [x: number, y: number][] =>
  plain(text).flatMap((letter, i) => {
    const rows = letter === ' ' ? space : (letters.get(letter) ?? unknown);
    return rows.flatMap((row, y) =>
      [...row].flatMap((point, x): [number, number][] => (point === '#' ? [[i * advance + x, y]] : [])),
    );
  });

/** Columns of a text, from its first point to its last. */
export const columnsOf = (text: string): number => Math.max(0, plain(text).length * advance - 1);
