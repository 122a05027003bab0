// The view in which a network is trained: it holds the training, and tells the other pieces what is new.
import { lossText, metricText } from '../../src/format.ts';
import type { CompiledView, DataNeeds, FilesAnswer, GivenFile, LoadedSet } from '../protocol.ts';
import { type Confusion, confusionOf } from '../train/confusion.ts';
import { type Gpu, openGpu } from '../train/gpu.ts';
import { nothingSuits, standsIn } from '../train/sets.ts';
import { createTrainer, type Trainer, tooLarge } from '../train/trainer.ts';
import { byId, el } from '../ui/dom.ts';
import { say } from '../ui/status.ts';
import { controls } from './controls.ts';
import { type CurveOptions, curve } from './curves.ts';
import { looks } from './looks.ts';
import { matrix } from './matrix.ts';
import { testing } from './testing.ts';

export interface TrainOptions {
  load(name: string, seed: number, needs: DataNeeds): Promise<LoadedSet>;
  takeFiles(files: readonly GivenFile[]): Promise<FilesAnswer>;
  /** There is a device to train on. */
  opened(gpu: Gpu): void;
  /** There is a training whose weights can be kept, or there is none. */
  begun(trainer: Trainer | undefined): void;
}

export interface TrainPanel {
  /** The text was compiled anew. */
  renew(view: CompiledView): void;
  give(files: readonly File[]): Promise<void>;
}

const HINT =
  'Press Train: the network learns here, on your graphics card. Then draw something below, and see what it says.';

/** Pictures of the inside are drawn so often while it trains. */
const LOOK_MS = 400;

const plainTick = (v: number): string => String(Number(v.toPrecision(3)));
const lossCurve: CurveOptions = { title: 'Loss', words: lossText, tick: plainTick, range: [0, 0.1] };

/** A part of all pictures as per cent, an error as it is. */
function scoreCurve(name: string): CurveOptions {
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
  if (!/acc$|accuracy$|^top\d/.test(name)) return { ...lossCurve, title };
  const percent = (digits: number) => (v: number) => `${(100 * v).toFixed(digits)}\u2009%`;
  return { title, words: percent(1), tick: percent(0), range: [0, 1] };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does a change of the text make another network, or another training? */
const sameRun = (a: CompiledView, b: CompiledView): boolean => JSON.stringify(a.plan) === JSON.stringify(b.plan);

export function trainPanel({ load, takeFiles, opened: told, begun }: TrainOptions): TrainPanel {
  let view: CompiledView | undefined;
  let trainer: Trainer | undefined;
  let making: Promise<Trainer | undefined> | undefined;
  let loading: Promise<LoadedSet | undefined> | undefined;
  let soon: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let stepped = false;
  let stale = false;
  let dataChosen = false;

  const loss = curve({
    title: 'Loss',
    words: lossText,
    tick: (v) => String(Number(v.toPrecision(3))),
    range: [0, 0.1],
  });
  const score = curve(scoreCurve('accuracy'));
  const inside = looks();
  const confusions = matrix();
  const pictures = testing(() => void refresh());
  const speed = el('p', { class: 'soft speed' });
  const c = controls({
    toggled: () => void (running ? pause() : run()),
    stepped: () => void step(),
    restarted: () => void restart(),
    lrChanged: (lr) => {
      if (trainer) trainer.lr = lr;
    },
    dataChanged: () => {
      dataChosen = true;
      void restart();
    },
    filesGiven: (files) => void give(files),
  });
  byId('panel-train').replaceChildren(
    c.element,
    speed,
    el('div', { class: 'curves' }, loss.element, score.element),
    pictures.element,
    el('div', { class: 'insides' }, inside.element, confusions.element),
  );
  c.seed.addEventListener('change', () => void restart());

  const scoreName = (): string | undefined => view?.plan.metrics.find((m) => m !== 'loss');

  function pause(): void {
    running = false;
    c.running(false, stepped);
  }

  function forget(): void {
    trainer?.dispose();
    trainer = undefined;
    making = undefined;
    loading = undefined;
    stepped = false;
    stale = false;
    begun(undefined);
  }

  async function restart(): Promise<void> {
    pause();
    if (stale && view) chooseData(view);
    forget();
    loss.clear();
    score.clear();
    inside.clear();
    confusions.show(undefined, []);
    speed.textContent = HINT;
    c.running(false, false);
    if (view?.plan.train) c.setLr(view.plan.train.lr);
    c.notice('');
    pictures.renew(view, undefined, undefined);
    if (!view) return;
    if (!view.plan.train) {
      c.notice('This text has no train section, so there is nothing to train.', [
        'write one below the model: train { ... }',
      ]);
      return;
    }
    const [gpu] = await Promise.all([device(), loadPictures(view)]);
    // What the untrained network sees is shown at once, where making it ready takes no time.
    clearTimeout(soon);
    if (gpu && !gpu.software) soon = setTimeout(() => void prepare(), 600);
  }

  /** The pictures of the chosen set, made to fit the network. */
  function loadPictures(now: CompiledView): Promise<LoadedSet | undefined> {
    loading ??= load(c.data.value, Number(c.seed.value), {
      input: now.plan.input,
      labels: now.plan.labels,
      perChannel: now.perChannel,
    })
      .then((set) => {
        if (now !== view) return undefined;
        pictures.renew(now, set, trainer);
        const notes = [standsIn(now.plan.train?.data ?? null, c.data.value) ?? '', ...set.notes];
        c.notice(notes.filter(Boolean).join('. '));
        return set;
      })
      .catch((error: unknown) => {
        const hint = nothingSuits(now.plan.train?.data ?? null, now.plan.input.shape.slice(1), c.data.value);
        c.notice(hint ?? wordsOf(error), [], hint ? 'plain' : 'bad');
        return undefined;
      });
    return loading;
  }

  /** The page's device; says what to do when there is none. */
  async function device(): Promise<Gpu | undefined> {
    const opened = await openGpu((reason) => {
      forget();
      pause();
      c.notice(`The device was lost: ${reason}`, ['press Train to begin again'], 'bad');
    });
    if (!opened.ok) {
      c.notice(opened.reason, [...opened.help, 'everything else on this page works without it'], 'bad');
      return undefined;
    }
    const { name, software } = opened.gpu;
    byId('adapter').textContent = `Trains on ${name}${software ? ' (software, slow)' : ''}`;
    told(opened.gpu);
    return opened.gpu;
  }

  /** Buffers and pipelines on the device, and the first weights. */
  async function make(): Promise<Trainer | undefined> {
    const now = view;
    if (!now?.plan.train) return undefined;
    const [gpu, set] = await Promise.all([device(), loadPictures(now)]);
    if (!gpu || !set || now !== view) return undefined;
    const large = tooLarge(now.plan, gpu.device);
    if (large) {
      c.notice(large, [], 'bad');
      return undefined;
    }
    const slowly = gpu.software ? '; a software adapter may take minutes' : '';
    say(`Preparing the device: ${now.plan.kernels.length} shaders${slowly}`);
    const made = await createTrainer(gpu.device, now, set, Number(c.seed.value));
    if (now !== view) {
      made.dispose();
      return undefined;
    }
    made.lr = c.lr();
    trainer = made;
    pictures.renew(now, set, made);
    say('Ready to train');
    return made;
  }

  async function prepare(): Promise<Trainer | undefined> {
    if (trainer) return trainer;
    const mine = making ?? make();
    making = mine;
    const made = await mine.catch((error: unknown) => {
      c.notice(wordsOf(error), [], 'bad');
      return undefined;
    });
    if (making === mine) making = undefined;
    if (made) await refresh().catch(() => undefined);
    return made;
  }

  async function refresh(): Promise<void> {
    const now = trainer;
    if (!now) return;
    inside.filters(await now.filters());
    const picture = pictures.picture();
    if (picture && trainer === now) inside.maps(await now.maps(picture));
    if (trainer === now) await pictures.refresh();
  }

  /** One advance, and what it showed. */
  async function advance(now: Trainer, steps?: number): Promise<boolean> {
    const p = await now.advance(steps);
    if (trainer !== now) return false;
    stepped = true;
    begun(now);
    const value = p.metrics.loss ?? 0;
    loss.train(p.epochs, value);
    const name = scoreName();
    if (name) score.train(p.epochs, p.metrics[name] ?? 0);
    const rate =
      p.picturesPerSecond >= 100
        ? Math.round(p.picturesPerSecond).toLocaleString('en')
        : p.picturesPerSecond.toFixed(1);
    speed.textContent = `Step ${p.step.toLocaleString('en')}, epoch ${p.epochs.toFixed(2)}, learning rate ${Number(p.lr.toPrecision(3))}, ${rate} pictures/s`;
    if (!Number.isFinite(value)) {
      pause();
      c.notice(
        'The loss is no number any more: the training diverged.',
        ['lower the learning rate, and press Restart'],
        'bad',
      );
      return false;
    }
    if (p.epochDone) await tested(now, p.epochs);
    loss.draw();
    score.draw();
    return !p.epochDone || p.epochs < Number(c.epochs.value);
  }

  async function tested(now: Trainer, epochs: number): Promise<void> {
    const mean = await now.test();
    loss.test(epochs, mean.loss ?? 0);
    const name = scoreName();
    if (name) score.test(epochs, mean[name] ?? 0);
    const { labels } = now.model.plan;
    if (labels?.dtype === 'u32') {
      const confusion: Confusion = confusionOf(await now.outputs(), now.set.test.labels, now.model.threshold);
      if (trainer === now) confusions.show(confusion, now.set.classNames);
    }
    const said = name ? metricText(name, mean[name] ?? 0) : `loss ${lossText(mean.loss ?? 0)}`;
    say(`Epoch ${Math.round(epochs)} of ${c.epochs.value}: test ${said}`);
  }

  /** A training to go on with; the buttons say that it is being made. */
  async function begin(): Promise<Trainer | undefined> {
    if (stale) await restart();
    if (!trainer) c.preparing(true);
    const made = await prepare();
    c.preparing(false);
    c.running(running, stepped);
    return made;
  }

  async function run(): Promise<void> {
    const now = await begin();
    if (!now || running) return;
    running = true;
    c.running(true, true);
    say('Training');
    let next = 0;
    try {
      for (let more = true; more && running && trainer === now; ) {
        more = await advance(now);
        const began = performance.now();
        if (began > next || !more) {
          await refresh();
          // Looking takes a fifth of the time at most.
          next = performance.now() + Math.max(LOOK_MS, 4 * (performance.now() - began));
        }
      }
    } catch (error) {
      if (trainer === now) c.notice(`The training stopped: ${wordsOf(error)}`, ['press Restart'], 'bad');
    }
    if (trainer === now) pause();
  }

  async function step(): Promise<void> {
    const now = await begin();
    if (!now || running) return;
    await advance(now, 1);
    await refresh();
    c.running(false, true);
  }

  /** The set that a text asks for, where the page has it. */
  function chooseData({ plan }: CompiledView): void {
    if (dataChosen && c.data.value === 'files') return;
    const maps = plan.labels?.dtype === 'u32' && plan.labels.shape.length > 0;
    c.data.value = maps ? 'shapes' : 'drawn';
  }

  async function give(files: readonly File[]): Promise<void> {
    try {
      const given = await Promise.all(
        files.map(async (f) => ({ name: f.name, bytes: new Uint8Array(await f.arrayBuffer()) })),
      );
      const { name, said } = await takeFiles(given);
      const option = c.data.querySelector<HTMLOptionElement>('option[value=files]');
      if (name && option) {
        option.disabled = false;
        c.data.value = name;
        dataChosen = true;
        await restart();
      }
      if (said.length > 0) c.notice(said.join('. '), [], name ? 'plain' : 'bad');
    } catch (error) {
      c.notice(wordsOf(error), [], 'bad');
    }
  }

  return {
    give,
    renew(next) {
      const before = view;
      const same = before !== undefined && sameRun(before, next);
      view = next;
      if (same) return;
      if (next.plan.train) c.epochs.value = String(next.plan.train.epochs);
      score.element.hidden = scoreName() === undefined;
      confusions.element.hidden = next.plan.labels?.dtype !== 'u32';
      const name = scoreName();
      if (name) score.describe(scoreCurve(name));
      if (stepped) {
        stale = true;
        c.notice(
          'The text has changed since this training began: it goes on with the network it began with. Restart trains the new one.',
        );
        return;
      }
      chooseData(next);
      if (before === undefined && next.plan.train) c.seed.value = String(next.plan.train.seed);
      void restart();
    },
  };
}
