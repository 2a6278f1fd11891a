// Signed notes and checkpoints against the vector of C2SP and against @sigstore/verify.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { leafHashOf } from '../../src/evidence/formats/merkle-tree';
import {
  checkpointText,
  cosignatureOf,
  openNote,
  readCheckpoint,
  readVkey,
  readWitnessVkey,
  signNote,
  writeVkey,
} from '../../src/evidence/formats/signed-note';
import { makeWitnessKey } from './anchors/witness-and-authority';
import { acceptsCheckpoint } from './sigstore-verify';

// c2sp.org/signed-note
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const NAME = 'erp.example.com/evidence/1';
const keyOf = (vkey: string) => {
  const key = readVkey(vkey);
  if (!key) throw new Error('no vkey');
  return key;
};
const own = keyOf(writeVkey(NAME, publicKey));
const head = { origin: NAME, treeSize: 42, rootHash: leafHashOf('root') };
const signed = signNote(checkpointText(head), NAME, privateKey);

test('the vector of C2SP opens with its key, and with no other', () => {
  expect(openNote(NOTE, [keyOf(VKEY)])).toBe('This is an example message.\n');
  expect(openNote(NOTE.replace('example m', 'examplE m'), [keyOf(VKEY)])).toBeNull();
  expect(openNote(NOTE, [own])).toBeNull();
  expect(writeVkey('example.com/foo', keyOf(VKEY).publicKey)).toBe(VKEY);
});

test('our head opens with the printed key, here and for @sigstore/verify', () => {
  expect(readCheckpoint(openNote(signed, [own]) as string)).toEqual(head);
  expect(acceptsCheckpoint(signed, NAME, own.id, createPublicKey(privateKey))).toBe(true);
  const edited = signed.replace('\n42\n', '\n43\n');
  expect(openNote(edited, [own])).toBeNull();
  expect(acceptsCheckpoint(edited, NAME, own.id, createPublicKey(privateKey))).toBe(false);
});

test('the same head is signed with the same bytes', () => {
  expect(signNote(checkpointText(head), NAME, privateKey)).toBe(signed);
});

test('signatures of unknown keys are ignored, but a wrong one of a known key is not', () => {
  const other = generateKeyPairSync('ed25519');
  const ofOther = signNote(checkpointText(head), NAME, other.privateKey).split('\n\n')[1] as string;
  expect(openNote(signed + ofOther, [own])).toBe(checkpointText(head));
  expect(openNote(signed, [keyOf(writeVkey(NAME, other.publicKey))])).toBeNull();
  const broken = signed.replace(/(— \S+ .{20})./, '$1A').replace(/(— \S+ .{21})./, '$1B');
  expect(openNote(broken, [own])).toBeNull();
  expect(openNote(checkpointText(head), [own])).toBeNull();
});

test('of the lines of a witness, one right cosignature is kept', () => {
  const witness = makeWitnessKey('witness.example.com/w1');
  const key = readWitnessVkey(witness.vkey);
  const [wrong, right] = [witness.cosign('another\n1\n\n', 1), witness.cosign(signed, 2)];
  expect(key && cosignatureOf(signed, wrong + right.repeat(300), key)).toBe(right);
  expect(key && cosignatureOf(signed, wrong, key)).toBe('');
});

test.each([
  ['', 'nothing'],
  [VKEY.replace('530d903a', '530d903b'), 'another id'],
  [VKEY.replace('example.com/foo', 'example.com/bar'), 'another name'],
  [VKEY.slice(0, -4), 'a short key'],
  [VKEY.replace('+Aeky', '+Beky'), 'another algorithm'],
])('%s is no verifier key: %s', (vkey) => {
  expect(readVkey(vkey)).toBeNull();
});

test.each(['', 'a\n1\n', `a\n01\n${'A'.repeat(43)}=\n`, `a\n-1\n${'A'.repeat(43)}=\n`, 'a\n1\nAAAA\n'])(
  '%j is no checkpoint',
  (text) => {
    expect(readCheckpoint(text)).toBeNull();
  },
);
