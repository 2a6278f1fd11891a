import { exec } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { ARRANGEMENTS, type Arrangement } from '../application';
import { chosen } from '../chosen';
import { type Size, sizeOf } from './sizes';
import type { System } from './systems/system';

export const PEERS = ['svix', 'outpost', 'convoy'] as const;
export type Peer = (typeof PEERS)[number];

/** `rounds`: the figures that are measured in rounds. */
export const PARTS = ['rounds', 'idle', 'lists', 'stuck', 'crash'] as const;
export type Part = (typeof PARTS)[number];

export interface PeerOptions {
  url: string;
  key: string;
  processes: Pick<System, 'pids' | 'storePids' | 'crash'>;
}

export interface Options {
  size: Size;
  parts: readonly Part[];
  /** Of this application. */
  arrangements: readonly Arrangement[];
  /** Those that were given. */
  peers: Partial<Record<Peer, PeerOptions>>;
  convoyProject: string;
}

const OF_EACH = ['url', 'pids', 'store-pids', 'crash'] as const;

/** `--svix-url` and so on; keys are in the environment, because all users of the machine can read command lines. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Options {
  const names = [...PEERS.flatMap((peer) => OF_EACH.map((option) => `${peer}-${option}`)), 'convoy-project'];
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      processes: { type: 'string', default: 'one' },
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    },
  });
  const { quick, ...given } = values;
  const texts: Record<string, string | undefined> = given;
  const peers = PEERS.flatMap((peer) => {
    const url = texts[`${peer}-url`];
    return url === undefined ? [] : [[peer, peerOptions(peer, url, texts, env)] as const];
  });
  const convoyProject = texts['convoy-project'] ?? '';
  if (texts['convoy-url'] && !convoyProject)
    throw new Error('--convoy-project is missing: the id of an outgoing project.');
  return {
    size: sizeOf(quick === true),
    parts: chosen('--only', texts.only, PARTS),
    arrangements: chosen('--processes', texts.processes, ARRANGEMENTS),
    peers: Object.fromEntries(peers),
    convoyProject,
  };
}

function peerOptions(
  peer: Peer,
  url: string,
  texts: Record<string, string | undefined>,
  env: NodeJS.ProcessEnv,
): PeerOptions {
  const variable = `${peer.toUpperCase()}_KEY`;
  const key = env[variable];
  if (!key) throw new Error(`${variable} is missing in the environment: the key with which ${url} is called.`);
  const command = texts[`${peer}-crash`];
  return {
    url,
    key,
    processes: {
      pids: pidsOf(`--${peer}-pids`, texts[`${peer}-pids`]),
      storePids: pidsOf(`--${peer}-store-pids`, texts[`${peer}-store-pids`]),
      crash: command === undefined ? null : async () => void (await promisify(exec)(command)),
    },
  };
}

function pidsOf(option: string, text = ''): number[] {
  const given = text.split(',').filter(Boolean);
  const wrong = given.find((each) => !/^[1-9]\d*$/.test(each));
  if (wrong !== undefined) throw new Error(`${option} has "${wrong}"; it takes process ids with commas between them.`);
  return given.map(Number);
}
