// What `cnnc tune` found, as people read it.
import { scheduleText } from '../../codegen/schedules.ts';
import { digits } from '../bench/table.ts';
import { percent, table } from '../format.ts';
import type { Found, Searched } from './search.ts';

const gain = ({ us, rule_us }: Found): string => (us < rule_us ? `-${percent(1 - us / rule_us, 0)}` : '');

/** One kernel, when it is done. */
export const foundLine = (f: Found): string =>
  f.better
    ? `${f.kernel}: ${scheduleText(f.schedule)}, ${digits(f.us)} us for ${digits(f.rule_us)} (${gain(f)}), best of ${f.tried}\n`
    : `${f.kernel}: the rules stand (${scheduleText(f.rule)}, ${digits(f.rule_us)} us), best of ${f.tried}\n`;

/** All of them, and what they come to. */
export function tuneTable({ found, kernels, small, clock }: Searched): string {
  const head = ['kernel', 'times', 'by the rules', 'us', 'measured best', 'us', '', 'of'];
  const rows = found.map((f) => [
    f.kernel,
    String(f.dispatches),
    scheduleText(f.rule),
    digits(f.rule_us),
    f.better ? scheduleText(f.schedule) : '',
    f.better ? digits(f.us) : '',
    f.better ? gain(f) : '',
    `${f.tried}${f.whole ? '' : ', not all'}`,
  ]);
  const sum = (of: (f: Found) => number): number => found.reduce((s, f) => s + f.dispatches * of(f), 0) / 1000;
  const [before, after] = [sum((f) => f.rule_us), sum((f) => f.us)];
  const total = `these kernels: ${digits(before)} ms by the rules, ${digits(after)} ms tuned, measured by ${clock}\n`;
  const left =
    found.length < kernels
      ? `${kernels - found.length} of ${kernels} kernels were not reached in the time: --seconds gives more\n`
      : '';
  const less =
    small > 0
      ? `${small} ${small === 1 ? 'kernel takes' : 'kernels take'} less than 1 % of the time each: left to the rules\n`
      : '';
  const right = [false, true, false, true, false, true, true, true];
  return found.length === 0 ? left + less : `${table([head, ...rows], right)}\n${total}${left}${less}`;
}
