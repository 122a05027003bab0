// Cases of ONNX operators, by hand: what the backend tests at hand do not have.
import type { Case } from './build.ts';
import { graphs, losses } from './graphs.ts';
import { normal, windows } from './layers.ts';
import { arithmetic, rows, shapes } from './tensors.ts';

export const cases: readonly Case[] = [...arithmetic, ...shapes, ...rows, ...normal, ...windows, ...losses, ...graphs];
