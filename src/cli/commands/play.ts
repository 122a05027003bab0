// `cnnc play`: serves the playground on this machine until Ctrl-C, and opens it.
import { command, wholeNumber } from '../args.ts';
import { openBrowser } from '../play/browser.ts';
import { serve } from '../play/server.ts';
import { readSite, siteFolder } from '../play/site.ts';

export const play = command({
  name: 'play',
  summary: 'open the playground: write, look into and train networks in the browser',
  usage: `cnnc play
cnnc play --port 4200 --no-open`,
  positionals: { name: '', doc: '', min: 0, max: 0 },
  options: {
    port: { type: 'string', value: 'N', doc: 'the port to serve it on; the first free one from 4180 on unless given' },
    'no-open': { type: 'boolean', doc: 'print the address, and open no browser' },
  },
  async run({ io, values }) {
    const port = wholeNumber({ command: 'play', option: 'port' }, values.port, { max: 65_535 });
    const playing = await serve(readSite(siteFolder()), port);
    io.stdout(`the playground is at ${playing.address}  (Ctrl-C ends it)\n`);
    if (!values['no-open']) openBrowser(playing.address);
    await new Promise<void>((resolve) => {
      if (io.signal?.aborted) resolve();
      io.signal?.addEventListener('abort', () => resolve(), { once: true });
    });
    await playing.close();
    return 0;
  },
});
