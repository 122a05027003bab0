// What this system is and how it gets a software adapter and a browser: pure functions, from the texts of its files to the steps.

/** Reads the text of /etc/os-release. */
export function parseOsRelease(text) {
  const fields = {};
  for (const line of text.split('\n')) {
    const found = /^([A-Z_]+)=(.*)$/.exec(line.trim());
    if (found) fields[found[1]] = found[2].replace(/^(["'])(.*)\1$/, '$2');
  }
  return {
    id: fields.ID ?? 'linux',
    like: (fields.ID_LIKE ?? '').split(' ').filter((word) => word !== ''),
    version: fields.VERSION_ID ?? '',
    codename: fields.VERSION_CODENAME ?? '',
    name: fields.PRETTY_NAME ?? fields.NAME ?? 'Linux',
  };
}

const isOn = (fields) => (fields.enabled ?? 'yes').toLowerCase() !== 'no';

/** One apt sources file: a `.sources` file in deb822 form, any other in the one-line form. Switched-off entries are left out. */
export function parseAptSources(path, text) {
  return path.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);
}

function parseDeb822(text) {
  const entries = [];
  const stanzas = text.replace(/^#.*\n?/gm, '').split(/\n[ \t]*\n/);
  for (const stanza of stanzas) {
    const fields = {};
    let last;
    for (const line of stanza.split('\n')) {
      const field = /^([A-Za-z-]+):[ \t]*(.*)$/.exec(line);
      if (field) {
        last = field[1].toLowerCase();
        fields[last] = field[2].trim();
      } else if (last && /^[ \t]/.test(line)) fields[last] = `${fields[last]}\n${line.trimEnd()}`;
    }
    if (fields.uris === undefined || !isOn(fields)) continue;
    const words = (name) => (fields[name] ?? '').split(/\s+/).filter((word) => word !== '');
    entries.push({
      types: words('types'),
      uris: words('uris'),
      suites: words('suites'),
      components: words('components'),
      // A key may be written out here, over several lines: it is kept as it is.
      signedBy: fields['signed-by'],
    });
  }
  return entries;
}

function parseOneLine(text) {
  const entries = [];
  for (const line of text.split('\n')) {
    const found = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line.replace(/#.*/, '').trim());
    if (!found) continue;
    const [, type, options = '', uri, suite, components] = found;
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
    entries.push({
      types: [type],
      uris: [uri],
      suites: [suite],
      components: components.split(/\s+/).filter((word) => word !== ''),
      signedBy,
    });
  }
  return entries;
}

export const backportsFile = '/etc/apt/sources.list.d/cnnc-backports.sources';

/**
 * The sources entry that adds `CODENAME-backports`, from the mirror this machine already uses for CODENAME itself.
 * `undefined` when backports are there already or no entry for CODENAME is.
 */
export function backportsEntry(codename, entries) {
  const binary = entries.filter(({ types }) => types.includes('deb'));
  if (binary.some(({ suites }) => suites.includes(`${codename}-backports`))) return undefined;
  const main = binary.find(({ suites, components }) => suites.includes(codename) && components.includes('main'));
  if (!main) return undefined;
  const signed = main.signedBy === undefined ? '' : `Signed-By: ${main.signedBy}\n`;
  return `# Added by the set-up of cnnc: Mesa new enough for WebGPU.
Types: deb
URIs: ${main.uris[0]}
Suites: ${codename}-backports
Components: main
${signed}`;
}

const aptInstall = (...words) => [
  'apt-get',
  'install',
  '-y',
  '--no-install-recommends',
  '-o',
  'DPkg::Lock::Timeout=120',
  ...words,
];
const adapterPackages = ['mesa-vulkan-drivers', 'libvulkan1'];
const aptUpdate = ['apt-get', 'update', '-o', 'DPkg::Lock::Timeout=120'];

/**
 * How a system gets an adapter. `steps` are what the set-up can do itself, in order (a file to write or a command to run,
 * as root); it is empty where people have to do it. `explain` says in words what to do by hand.
 */
export function adapterRemedy({ platform, os, aptEntries }) {
  if (platform === 'darwin')
    return byHand('macOS has Metal: update macOS, and check that the machine has a graphics card');
  if (platform === 'win32')
    return byHand('Windows has Direct3D 12: update Windows and the driver of the graphics card');
  if (platform !== 'linux')
    return byHand('install a Vulkan driver; Mesa has a software one (lavapipe; version 25 is known to work)');
  const family = [os.id, ...os.like];
  if (os.id === 'debian' && os.version === '12') {
    const entry = backportsEntry('bookworm', aptEntries);
    const known = entry !== undefined || aptEntries.some(({ suites }) => suites.includes('bookworm-backports'));
    const steps = [
      ...(entry === undefined ? [] : [{ write: backportsFile, text: entry }]),
      { command: aptUpdate, mayFail: true },
      { command: aptInstall('-t', 'bookworm-backports', ...adapterPackages) },
    ];
    if (known) return { steps, explain: inWords(steps) };
    return byHand(
      'add bookworm-backports to the apt sources, then: apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1',
    );
  }
  if (family.includes('debian') || family.includes('ubuntu')) {
    const steps = [{ command: aptUpdate, mayFail: true }, { command: aptInstall(...adapterPackages) }];
    return { steps, explain: inWords(steps) };
  }
  if (family.includes('fedora') || family.includes('rhel')) {
    return byHand('install Mesa and the Vulkan loader: sudo dnf install mesa-vulkan-drivers vulkan-loader');
  }
  if (family.includes('arch')) {
    return byHand('install lavapipe and the Vulkan loader: sudo pacman -S vulkan-swrast vulkan-icd-loader');
  }
  if (family.includes('suse') || family.includes('opensuse')) {
    return byHand('install lavapipe and the Vulkan loader: sudo zypper install libvulkan_lvp libvulkan1');
  }
  if (family.includes('alpine')) {
    return byHand('the WebGPU implementation needs glibc, which Alpine does not have: use another system or container');
  }
  return byHand('install Mesa (25 is known to work) with its Vulkan drivers (lavapipe), and the Vulkan loader');
}

/** How a system gets Chromium, for the tests of web pages; in the form of `adapterRemedy`. */
export function browserRemedy({ platform, os }) {
  const or = 'or set CHROMIUM_PATH to the program of one that is installed';
  if (platform !== 'linux') return byHand(`install Google Chrome or Chromium, ${or}`);
  const family = [os.id, ...os.like];
  // Ubuntu has Chromium as a snap only, which containers cannot run and which sees no files of /tmp.
  if (family.includes('ubuntu')) return byHand(`install Google Chrome (Ubuntu's own chromium is a snap), ${or}`);
  if (family.includes('debian')) {
    const steps = [{ command: aptUpdate, mayFail: true }, { command: aptInstall('chromium') }];
    return { steps, explain: [...inWords(steps), or] };
  }
  if (family.includes('fedora') || family.includes('rhel')) return byHand('sudo dnf install chromium', or);
  if (family.includes('arch')) return byHand('sudo pacman -S chromium', or);
  if (family.includes('suse') || family.includes('opensuse')) return byHand('sudo zypper install chromium', or);
  return byHand(`install Chromium, ${or}`);
}

const byHand = (...explain) => ({ steps: [], explain });

/** Steps as commands that can be pasted into a shell. */
function inWords(steps) {
  return steps.map((step) =>
    step.write === undefined
      ? `sudo ${step.command.filter((word, i, all) => word !== '-o' && all[i - 1] !== '-o').join(' ')}`
      : `printf '${step.text.trimEnd().replaceAll('\n', '\\n')}\\n' | sudo tee ${step.write}`,
  );
}

/** Mesa 22 and older have a lavapipe that lacks what Dawn needs. Takes a package version such as `22.3.6-1+deb12u1`. */
export function mesaTooOld(version) {
  const found = /^(?:\d+:)?(\d+)\./.exec(version);
  return found !== null && Number(found[1]) < 23;
}
