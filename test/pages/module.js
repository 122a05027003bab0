// What test pages do with a compiled module. Each function is called by a test with plain arguments and gives plain results.

const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
const outputOf = (result) => Array.from(Object.values(result)[0]);

/** Probabilities of the pictures of a file of bytes. */
export async function predict(module, pictures) {
  const { load } = await import(module);
  const net = await load();
  const found = outputOf(await net.predict(await bytesOf(pictures)));
  net.dispose();
  return found;
}

/** A grey picture of bytes, as everything that a page may have of it. */
export async function everyInput(module, path, side) {
  const { load } = await import(module);
  const grey = await bytesOf(path);
  const progress = [];
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice();
  const net = await load({ device, onProgress: (done) => progress.push(done) });
  const pixels = new ImageData(side, side);
  grey.forEach((v, i) => pixels.data.set([v, v, v, 255], 4 * i));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [side, side];
  canvas.getContext('2d').putImageData(pixels, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  const img = new Image();
  img.src = URL.createObjectURL(blob);
  await img.decode();
  const offscreen = new OffscreenCanvas(side, side);
  offscreen.getContext('2d').putImageData(pixels, 0, 0);
  const floats = Float32Array.from(grey, (v) => v * Math.fround(1 / 255));
  const buffer = device.createBuffer({
    size: floats.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, floats);
  const inputs = {
    grey,
    floats,
    buffer,
    pixels,
    canvas,
    offscreen,
    img,
    bitmap: await createImageBitmap(pixels),
    blob,
  };
  const found = {};
  for (const [name, input] of Object.entries(inputs)) found[name] = outputOf(await net.predict(input));
  net.dispose();
  return { found, progress };
}

/** The tasks longer than 50 ms while `work` runs, in milliseconds. */
async function longTasks(work) {
  const found = [];
  const observer = new PerformanceObserver((list) =>
    found.push(...list.getEntries().map((e) => Math.round(e.duration))),
  );
  observer.observe({ type: 'longtask' });
  const result = await work();
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return { result, long: found };
}

/** A block of 80 ms, to see that it is seen. */
export const blocks = async () =>
  (
    await longTasks(async () => {
      await new Promise((resolve) => setTimeout(resolve));
      const end = performance.now() + 80;
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve));
    })
  ).long;

/** Trains an epoch, and predicts a large picture; what blocked the page meanwhile. */
export async function train(module, pictures, labels, epochs) {
  const { load } = await import(module);
  const [x, y] = [await bytesOf(pictures), await bytesOf(labels)];
  const large = new OffscreenCanvas(2000, 1500);
  large.getContext('2d').fillRect(0, 0, 1000, 700);
  return longTasks(async () => {
    const net = await load({ seed: 7 });
    const reports = [];
    for await (const { step, steps, loss, accuracy } of net.train(x, y, { epochs }))
      reports.push({ step, steps, loss, accuracy });
    await net.predict(large);
    const right = outputOf(await net.predict(x));
    const classes = right.length / y.length;
    const best = Array.from(y, (_, i) => {
      const row = right.slice(i * classes, (i + 1) * classes);
      return row.indexOf(Math.max(...row));
    });
    const saved = (await net.save()).size;
    net.dispose();
    return { reports, saved, accuracy: best.filter((b, i) => b === y[i]).length / y.length };
  });
}

/** Loads, predicts and disposes; `own` times with a device of the module's own. Buffers that were made and not destroyed. */
export async function cycle(module, times, own) {
  const { load } = await import(module);
  const device = own ? undefined : await (await navigator.gpu.requestAdapter()).requestDevice();
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  const alive = new Set();
  let made = 0;
  GPUDevice.prototype.createBuffer = function (...args) {
    const buffer = createBuffer.apply(this, args);
    alive.add(buffer);
    made++;
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    alive.delete(this);
    return destroy.apply(this);
  };
  try {
    for (let i = 0; i < times; i++) {
      const net = await load(device ? { device } : {});
      await net.predict(new Uint8Array(784));
      net.dispose();
    }
  } finally {
    Object.assign(GPUDevice.prototype, { createBuffer });
    Object.assign(GPUBuffer.prototype, { destroy });
    device?.destroy();
  }
  return { made, alive: alive.size };
}

/** What loading rejects with when it is given up at once, and while it runs. */
export async function abort(module) {
  const { load } = await import(module);
  const why = (promise) =>
    promise.then(
      () => 'loaded',
      (error) => error.name,
    );
  const later = new AbortController();
  const waiting = why(load({ signal: later.signal, onProgress: () => later.abort() }));
  return [await why(load({ signal: AbortSignal.abort() })), await waiting];
}

let kept;
/** A network that waits for its device to be lost. */
export async function keep(module) {
  const { load } = await import(module);
  const net = await load();
  const first = outputOf(await net.predict(new Uint8Array(784).fill(99)));
  kept = { net, first, lost: net.lost.then(({ reason }) => reason) };
}

/** After the loss: its reason, what predicting says, and whether a new network gives what the first gave. */
export async function recover(module) {
  const { load } = await import(module);
  const reason = await kept.lost;
  const predicted = await kept.net.predict(new Uint8Array(784)).then(
    () => 'predicted',
    () => 'rejected',
  );
  kept.net.dispose();
  let net;
  // The browser may take a moment to start its GPU process again.
  for (let i = 0; !net && i < 50; i++) {
    net = await load().catch(() => undefined);
    if (!net) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const again = net && outputOf(await net.predict(new Uint8Array(784).fill(99)));
  net?.dispose();
  return { reason, predicted, same: JSON.stringify(again) === JSON.stringify(kept.first) };
}
