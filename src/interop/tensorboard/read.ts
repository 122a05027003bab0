// Event files read back: which numbers stand under which tag, with what a later session replaced forgotten.
import { fromBinary } from '@bufbuild/protobuf';
import { unframe } from './records.ts';
import { type Event, EventSchema, SessionLog_SessionStatus } from './schema/event_pb.js';
import type { TensorProto } from './schema/tensor_pb.js';

export interface Scalar {
  readonly step: number;
  readonly value: number;
}

export interface EventFile {
  readonly events: readonly Event[];
  /** Where a record is damaged; a last record that is not whole is none. */
  readonly damagedAt?: number;
}

/** The events of a file, up to the first that is damaged. */
export function readEvents(bytes: Uint8Array): EventFile {
  const { records, trouble } = unframe(bytes);
  const events: Event[] = [];
  for (const record of records) {
    try {
      events.push(fromBinary(EventSchema, record));
    } catch {
      return { events, damagedAt: record.byteOffset - bytes.byteOffset };
    }
  }
  return { events, ...(trouble?.kind === 'damaged' ? { damagedAt: trouble.at } : {}) };
}

/** The number in a tensor, which is how TensorFlow 2 writes scalars; undefined when it holds another thing. */
function scalarOf({ tensorShape, floatVal, doubleVal, tensorContent: bytes }: TensorProto): number | undefined {
  if ((tensorShape?.dim.length ?? 0) > 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content =
    bytes.length === 4 ? view.getFloat32(0, true) : bytes.length === 8 ? view.getFloat64(0, true) : undefined;
  return floatVal[0] ?? doubleVal[0] ?? content;
}

/** The scalars of the files of one folder, in the order of their names, by tag. */
export function scalarsOf(files: readonly EventFile[]): Map<string, Scalar[]> {
  const tags = new Map<string, Scalar[]>();
  const put = (tag: string, one: Scalar): void => {
    const known = tags.get(tag);
    if (known) known.push(one);
    else tags.set(tag, [one]);
  };
  for (const { step: at, what } of files.flatMap((f) => f.events)) {
    const step = Number(at);
    if (what.case === 'sessionLog' && what.value.status === SessionLog_SessionStatus.START) {
      for (const [tag, known] of tags)
        tags.set(
          tag,
          known.filter((s) => s.step < step),
        );
    }
    for (const { tag, value } of what.case === 'summary' ? what.value.value : []) {
      if (value.case === 'simpleValue') put(tag, { step, value: value.value });
      const number = value.case === 'tensor' ? scalarOf(value.value) : undefined;
      if (number !== undefined) put(tag, { step, value: number });
    }
  }
  return tags;
}
