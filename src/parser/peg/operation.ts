// What is made of trees: a function of a tree is a table by the names of rules.
import type { Tree } from './match.ts';

/** By the name of the tree's rule; called with its children. */
export type Actions<T> = Readonly<Record<string, (this: Tree, ...children: Tree[]) => T>>;

/** The function. A tree without an action and with one child is that child. */
export function operation<T>(what: string, actions: Actions<T>): (tree: Tree) => T {
  const run = (tree: Tree): T => {
    const action = Object.hasOwn(actions, tree.name) ? actions[tree.name] : undefined;
    if (action) return action.apply(tree, [...tree.children]);
    const [only] = tree.children;
    if (!only || tree.children.length !== 1) throw new Error(`${what} of ${tree.name} is not defined`);
    return run(only);
  };
  return run;
}

/** The elements of a `ListOf`. */
export function elements(list: Tree): readonly Tree[] {
  const [first, , rest] = list.children[0]?.children ?? [];
  return first ? [first, ...(rest?.children ?? [])] : [];
}
