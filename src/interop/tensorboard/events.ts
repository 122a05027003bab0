// The events of a training as TensorBoard reads them, each framed as a record: event.proto and summary.proto.
import { create, toBinary } from '@bufbuild/protobuf';
import { histogramOf } from './histogram.ts';
import { frame } from './records.ts';
import { type Event, EventSchema, SessionLog_SessionStatus } from './schema/event_pb.js';
import { type Summary_Value, Summary_ValueSchema } from './schema/summary_pb.js';

/** Time in seconds since 1970, and the step of the training. */
export interface Moment {
  readonly seconds: number;
  readonly step: number;
}

function event({ seconds, step }: Moment, what: Event['what']): Uint8Array<ArrayBuffer> {
  return frame(toBinary(EventSchema, create(EventSchema, { wallTime: seconds, step: BigInt(step), what })));
}

/**
 * What a file begins with: its version, and that a session starts at a step, which makes TensorBoard forget what files
 * before it in the folder say of this step and later ones.
 */
export function opening(moment: Moment, writer: string): Uint8Array<ArrayBuffer>[] {
  const version = create(EventSchema, {
    wallTime: moment.seconds,
    what: { case: 'fileVersion', value: 'brain.Event:2' },
    sourceMetadata: { writer },
  });
  const start = event(moment, {
    case: 'sessionLog',
    value: { $typeName: 'tensorboard.SessionLog', status: SessionLog_SessionStatus.START, checkpointPath: '', msg: '' },
  });
  return [frame(toBinary(EventSchema, version)), start];
}

const summary = (moment: Moment, value: readonly Summary_Value[]): Uint8Array<ArrayBuffer>[] =>
  value.length === 0
    ? []
    : [event(moment, { case: 'summary', value: { $typeName: 'tensorboard.Summary', value: [...value] } })];

/** A number for each tag. */
export const scalars = (moment: Moment, values: Readonly<Record<string, number>>): Uint8Array<ArrayBuffer>[] =>
  summary(
    moment,
    Object.entries(values).map(([tag, v]) =>
      create(Summary_ValueSchema, { tag, value: { case: 'simpleValue', value: v } }),
    ),
  );

/** How the numbers of each tag are spread; tags without a finite number are left out. */
export const histograms = (
  moment: Moment,
  values: Iterable<readonly [tag: string, ArrayLike<number>]>,
): Uint8Array<ArrayBuffer>[] =>
  summary(
    moment,
    [...values].flatMap(([tag, numbers]) => {
      const h = histogramOf(numbers);
      if (!h) return [];
      const value = { ...h, $typeName: 'tensorboard.HistogramProto' as const };
      const [bucketLimit, bucket] = [[...h.bucketLimit], [...h.bucket]];
      return [create(Summary_ValueSchema, { tag, value: { case: 'histo', value: { ...value, bucketLimit, bucket } } })];
    }),
  );

/** A picture: the bytes of a PNG file, and its size. */
export interface Png {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const image = (moment: Moment, tag: string, { width, height, bytes }: Png): Uint8Array<ArrayBuffer>[] =>
  summary(moment, [
    create(Summary_ValueSchema, {
      tag,
      value: {
        case: 'image',
        // 3: RGB.
        value: { $typeName: 'tensorboard.Summary.Image', width, height, colorspace: 3, encodedImageString: bytes },
      },
    }),
  ]);

/** A GraphDef, as graph.ts makes it. */
export const graph = (moment: Moment, graphDef: Uint8Array): Uint8Array<ArrayBuffer>[] => [
  event(moment, { case: 'graphDef', value: graphDef }),
];
