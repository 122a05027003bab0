// The line at the foot of the page: what just happened, read out by screen readers.
import { byId } from './dom.ts';

let last = '';

export function say(text: string): void {
  if (text === last) return;
  last = text;
  byId('status').textContent = text;
}
