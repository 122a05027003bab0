// Pictures of networks, and charts.
import { branchesSvg } from './branches.ts';
import { chainSvg } from './chain.ts';
import { type Diagram, isChain } from './diagram.ts';

export { type Curves, curvesSvg, type Series } from './curves.ts';
export { type Box, type Diagram, diagramOf, type Edge, isChain, nearestOutputs } from './diagram.ts';
export { type HeatMap, heatMap } from './heat-map.ts';
export { dot, mermaid } from './texts.ts';

/** The picture that suits the network: solids for a chain, boxes in ranks for one with branches. */
export const svg = (diagram: Diagram): string => (isChain(diagram) ? chainSvg(diagram) : branchesSvg(diagram));
