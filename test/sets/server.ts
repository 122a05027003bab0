// A server of files for tests on this machine, that can be told to misbehave: cut connections, ignore ranges, refuse.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request; nothing unless told, so that files are sent, with ranges. */
export interface Manner {
  /** Sends this many bytes of the answer and cuts the connection. */
  readonly cut?: number;
  readonly status?: number;
  /** Sends the whole file, whatever range is asked for. */
  readonly noRanges?: boolean;
  /** Sends this instead of the file. */
  readonly instead?: { readonly type: string; readonly text: string };
  /** Begins and never ends. */
  readonly silent?: boolean;
}

export interface Asked {
  readonly url: string;
  readonly range: string | undefined;
}

export interface TestServer {
  readonly url: string;
  readonly asked: Asked[];
  /** Manners of the next requests, in their order; after them all is well. */
  manners: Manner[];
  close(): Promise<void>;
}

/** Serves files by the last part of their names. */
export async function serve(files: Readonly<Record<string, Uint8Array>>): Promise<TestServer> {
  const asked: Asked[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { range } = request.headers;
    const url = request.url ?? '';
    asked.push({ url, range });
    const manner = server.manners.shift() ?? {};
    const content = files[url.slice(url.lastIndexOf('/') + 1)];
    if (manner.status !== undefined || content === undefined) {
      response.writeHead(manner.status ?? 404).end('no');
      return;
    }
    if (manner.instead) {
      response.writeHead(200, { 'content-type': manner.instead.type }).end(manner.instead.text);
      return;
    }
    const from = range && !manner.noRanges ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    if (range && !manner.noRanges && from >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const part = content.subarray(from);
    const ranged = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': part.length, ...(from > 0 ? ranged : {}) });
    if (manner.silent || manner.cut !== undefined) {
      response.write(part.subarray(0, manner.cut ?? 1), () => {
        // What was written needs a moment to arrive before the connection goes.
        if (!manner.silent) setTimeout(() => response.destroy(), 30);
      });
    } else response.end(part);
  };
  const http = createServer(answer);
  const server: TestServer = {
    url: '',
    asked,
    manners: [],
    close: () =>
      new Promise((done) => {
        http.close(() => done());
        http.closeAllConnections();
      }),
  };
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  return Object.assign(server, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}
