import { KeyObject, sign, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { certify, type Holder, pem } from '../../test/rig/attestation.ts';
import { leadsToAnchor } from './certificates.ts';

const nowMs = Date.UTC(2026, 5, 1);

const lengthOf = (size: number) => (size < 128 ? [size] : [0x82, size >> 8, size & 0xff]);
const element = (tag: number, ...parts: readonly Buffer[]) => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
};
/** BER's other form: no length, but a mark at the end. */
const endless = (tag: number, ...parts: readonly Buffer[]) =>
  Buffer.concat([Buffer.from([tag, 0x80]), ...parts, Buffer.alloc(2)]);

/** The elements within an element. */
function partsOf(bytes: Buffer): readonly Buffer[] {
  const parts = [];
  const sizeAt = (at: number) => {
    const short = bytes.readUInt8(at);
    return short < 128 ? { start: at + 1, size: short } : longSize(at + 1, short & 0x7f);
  };
  const longSize = (at: number, count: number) => ({ start: at + count, size: bytes.readUIntBE(at, count) });
  for (let at = sizeAt(1).start; at < bytes.length;) {
    const { start, size } = sizeAt(at + 1);
    parts.push(bytes.subarray(at, start + size));
    at = start + size;
  }
  return parts;
}

const unknownExtension = (critical: readonly Buffer[]) =>
  element(0x30, Buffer.from('0603551d63', 'hex'), ...critical, element(4, Buffer.from('0500', 'hex')));

describe('a certificate that its issuer signed', () => {
  let root: Holder;
  let fields: readonly Buffer[];
  let extensions: readonly Buffer[];
  let algorithm: Buffer;

  beforeAll(async () => {
    root = await certify();
    const leaf = await certify({ issuer: root, isAuthority: false, subject: 'CN=Leaf' });
    const [signed = Buffer.alloc(0), second = Buffer.alloc(0)] = partsOf(Buffer.from(leaf.certificate.rawData));
    algorithm = second;
    fields = partsOf(signed).slice(0, -1);
    extensions = partsOf(partsOf(partsOf(signed).at(-1) ?? Buffer.alloc(0))[0] ?? Buffer.alloc(0));
  });

  /** Signs what is to be signed, whatever it looks like, and asks. OpenSSL must read it, or the case shows nothing. */
  function isTrusted(signed: Buffer): boolean {
    const signature = sign('sha256', signed, KeyObject.from(root.keys.privateKey));
    const der = element(0x30, signed, algorithm, element(3, Buffer.alloc(1), signature));
    expect(new X509Certificate(der).raw.equals(der)).toBe(true);
    return leadsToAnchor([der], [pem(root)], nowMs);
  }
  const withExtensions = (...all: readonly Buffer[]) => element(0x30, ...fields, element(0xa3, element(0x30, ...all)));

  it('is trusted as DER, with a default that is written out, and without extensions', () => {
    expect(isTrusted(withExtensions(...extensions))).toBe(true);
    expect(isTrusted(withExtensions(...extensions, unknownExtension([Buffer.from('010100', 'hex')])))).toBe(true);
    expect(isTrusted(element(0x30, ...fields))).toBe(true);
  });

  it('is refused where it is BER, which two parsers may read as two certificates', () => {
    expect(isTrusted(endless(0x30, ...fields))).toBe(false);
    expect(isTrusted(element(0x30, ...fields, endless(0xa3, element(0x30, ...extensions))))).toBe(false);
    expect(isTrusted(element(0x30, ...fields, element(0xa3, endless(0x30, ...extensions))))).toBe(false);
    const [subject = Buffer.alloc(0)] = fields.slice(5);
    const odd = [...fields.slice(0, 5), endless(0x30, ...partsOf(subject)), ...fields.slice(6)];
    expect(isTrusted(element(0x30, ...odd))).toBe(false);
  });

  it('is refused with a critical extension that is not understood, however true is written', () => {
    for (const critical of ['0101ff', '010101']) {
      expect(isTrusted(withExtensions(...extensions, unknownExtension([Buffer.from(critical, 'hex')])))).toBe(false);
    }
  });

  it('is refused with thousands of extensions', () => {
    const many = Array.from({ length: 3_000 }, () => unknownExtension([]));
    expect(isTrusted(withExtensions(...extensions, ...many))).toBe(false);
  });
});
