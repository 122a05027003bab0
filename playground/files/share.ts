// The link to a model: its text, compressed, in the part of the address that no server sees.

const PREFIX = '#m=';

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: GenericTransformStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const piped = new Blob([bytes])
    .stream()
    .pipeThrough(stream as TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/** `#m=` and the text: deflate, base64url. */
export async function fragmentOf(text: string): Promise<string> {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw'));
  const binary = Array.from(bytes, (b) => String.fromCharCode(b)).join('');
  return PREFIX + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** More than this is no model: a few bytes can be made to inflate to gigabytes. */
const LONGEST = 200_000;

/** The text of a fragment; undefined when it holds none, or a damaged one. */
export async function textOf(fragment: string): Promise<string | undefined> {
  if (!fragment.startsWith(PREFIX) || fragment.length > LONGEST) return undefined;
  try {
    const binary = atob(fragment.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value as Uint8Array, { stream: true });
      if (text.length > LONGEST) return undefined;
    }
  } catch {
    return undefined;
  }
}
