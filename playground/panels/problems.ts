// What the compiler says of the text, as a list below it: each message leads to its place.
import type { Problem } from '../protocol.ts';
import { button, byId, el } from '../ui/dom.ts';
import { say } from '../ui/status.ts';

const SHOWN = 20;

function item(problem: Problem, goTo: (problem: Problem) => void): HTMLElement {
  const { severity, line, message, code, help } = problem;
  const said = button('', () => goTo(problem), { class: `problem ${severity}` });
  said.append(
    el('span', { class: 'problem-line' }, `${line}`),
    el(
      'span',
      {},
      el('span', { class: 'hidden' }, `${severity}, line ${line}: `),
      message,
      ' ',
      el('span', { class: 'soft' }, code),
    ),
  );
  for (const text of help.slice(0, 2)) said.append(el('span', { class: 'problem-help' }, text));
  return el('li', {}, said);
}

export function showProblems(problems: readonly Problem[], goTo: (problem: Problem) => void): void {
  const place = byId('problems');
  place.hidden = problems.length === 0;
  place.replaceChildren(
    el('ul', { 'aria-label': 'Messages of the compiler' }, ...problems.slice(0, SHOWN).map((p) => item(p, goTo))),
  );
  const errors = problems.filter((p) => p.severity === 'error').length;
  const first = problems.find((p) => p.severity === 'error');
  if (first) say(`${errors === 1 ? 'An error' : `${errors} errors`}: line ${first.line}, ${first.message}`);
  else
    say(
      problems.length > 0
        ? `Compiled, with ${problems.length === 1 ? 'a note' : `${problems.length} notes`}`
        : 'Compiled',
    );
}
