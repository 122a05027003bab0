// Run as a program of its own: opens Dawn and prints the best adapter as JSON, or {"error": ...}. A crash harms nobody.
process.env.XDG_RUNTIME_DIR ??= process.env.TMPDIR ?? '/tmp';

async function probe() {
  const { create } = await import('webgpu');
  const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { error: 'Dawn finds no adapter' };
  const { info } = adapter;
  const device = await adapter.requestDevice();
  device.destroy();
  const software = info.isFallbackAdapter || info.architecture === 'software';
  return { name: (software && info.description) || info.device || info.description, software };
}

try {
  console.log(JSON.stringify(await probe()));
} catch (error) {
  console.log(JSON.stringify({ error: String(error?.message ?? error) }));
}
