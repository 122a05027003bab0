// The page's GPU: asked for once, and again when it was lost. What to do when there is none is said in words.

export interface Gpu {
  readonly device: GPUDevice;
  readonly name: string;
  /** Does it compute on the processor? Then training is slow, and one should know. */
  readonly software: boolean;
}

export type Opened =
  | { readonly ok: true; readonly gpu: Gpu }
  | { readonly ok: false; readonly reason: string; readonly help: readonly string[] };

const wanted = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxUniformBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

const browsers: readonly string[] = [
  'Chrome or Edge 113 and later have it, on Windows, macOS and Android; on Linux switch on chrome://flags/#enable-unsafe-webgpu',
  'Safari 26 and later, and Firefox 141 and later on Windows, have it',
];

let current: Promise<Opened> | undefined;

async function open(lost: (reason: string) => void): Promise<Opened> {
  const { gpu } = navigator as { gpu?: GPU };
  if (!gpu) {
    const insecure = !isSecureContext;
    return {
      ok: false,
      reason: insecure
        ? 'This page is not served over HTTPS, so the browser hides WebGPU from it.'
        : 'This browser has no WebGPU, so the page cannot train.',
      help: insecure ? ['open it over https:// or as http://localhost'] : browsers,
    };
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) {
    return {
      ok: false,
      reason: 'This browser knows WebGPU, and finds no graphics adapter for it.',
      help: [
        'switch on hardware acceleration in the settings of the browser, and update the graphics driver',
        'chrome://gpu says what the browser thinks of the card',
        ...browsers,
      ],
    };
  }
  const limits = Object.fromEntries(wanted.map((name) => [name, adapter.limits[name]]));
  try {
    const device = await adapter.requestDevice({ requiredLimits: limits });
    device.lost.then(({ reason, message }) => {
      current = undefined;
      if (reason !== 'destroyed') lost(message);
    });
    const { info } = adapter;
    const name =
      info.description ||
      [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') ||
      'a graphics adapter';
    const software = /swiftshader|llvmpipe|basic render/i.test(`${name} ${info.architecture}`);
    return { ok: true, gpu: { device, name, software } };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      reason: `The graphics adapter gives no device: ${said}`,
      help: ['close other pages that use it, and reload this one'],
    };
  }
}

/** The device; `lost` is told when the driver takes it away. */
export function openGpu(lost: (reason: string) => void): Promise<Opened> {
  current ??= open(lost);
  return current;
}
