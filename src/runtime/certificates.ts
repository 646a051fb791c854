/** What is asked of X.509 certificates (RFC 5280), on `node:crypto` alone. Nothing here fetches anything: no revocation lists. */
import { X509Certificate } from 'node:crypto';

/** Real chains have two or three. */
const chainLengthMax = 6;

/** A certificate by which others are trusted, as far as an operator has to be told what is wrong with one. */
export interface Authority {
  /** Whether it may issue certificates at all (§4.2.1.9). */
  readonly isAuthority: boolean;
  readonly validToMs: number;
}

/** Reads a certificate in PEM; undefined if it is none. */
export function readAuthority(pem: string): Authority | undefined {
  const certificate = readCertificate(pem);
  return certificate && { isAuthority: certificate.ca, validToMs: Date.parse(certificate.validTo) };
}

/**
 * Whether a chain, leaf first and each certificate issued by the next, leads to one of the anchors, every part of it valid
 * at `nowMs` (§6.1). A root at its end counts for nothing: it is whose key it is that makes an anchor. Whatever cannot be
 * read leads nowhere.
 */
export function leadsToAnchor(chain: readonly Uint8Array[], anchors: readonly string[], nowMs: number): boolean {
  const certificates = chain.map((der) => readDer(Buffer.from(der)));
  const trusted = anchors.map(readCertificate).filter((anchor) => anchor !== undefined);
  if (certificates.length > chainLengthMax || certificates[0]?.ca !== false) return false;
  try {
    for (const [below, certificate] of certificates.entries()) {
      if (certificate === undefined || !isValidAt(certificate, nowMs) || !isUnderstood(certificate)) return false;
      // So many authorities stand between an issuer and the leaf.
      const isIssuer = (issuer: X509Certificate) => isIssuedBy(certificate, issuer) && below <= pathLength(issuer);
      if (trusted.some((anchor) => isValidAt(anchor, nowMs) && isIssuer(anchor))) return true;
      const next = certificates[below + 1];
      if (next === undefined || !isIssuer(next)) return false;
    }
  } catch {
    return false;
  }
  return false;
}

function readCertificate(data: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(data);
  } catch {
    return undefined;
  }
}

/**
 * One that is those bytes and nothing else. OpenSSL looks for PEM in them first, and would read a certificate that is
 * written behind another; who checks what was signed reads the one in front.
 */
function readDer(der: Buffer): X509Certificate | undefined {
  const certificate = readCertificate(der);
  return certificate?.raw.equals(der) === true ? certificate : undefined;
}

function isValidAt({ validFrom, validTo }: X509Certificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo);
}

/** By name, key identifiers, what the issuer's key is for, and its signature. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

// Those of §4.2.1 whose meaning is looked at here or limits nothing that is asked here, by the last byte of their ids:
// key usage, alternative name, basic constraints, policies, extended key usage. Names are constrained by none of them.
const understood = [15, 17, 19, 32, 37].map((last) => Buffer.from([0x55, 0x1d, last]));
const basicConstraints = Buffer.from([0x55, 0x1d, 19]);
const tags = { boolean: 1, integer: 2, objectId: 6, extensions: 0xa3 } as const;

/** Whether it has no critical extension that is not understood: such a one limits what it may be used for (§4.2). */
function isUnderstood(certificate: X509Certificate): boolean {
  return extensionsOf(certificate).every(
    ({ id, isCritical }) => !isCritical || understood.some((one) => one.equals(id)),
  );
}

/** How many authorities may stand below one: its path length constraint (§4.2.1.9), which OpenSSL gives nobody. */
function pathLength(certificate: X509Certificate): number {
  const value = extensionsOf(certificate).find(({ id }) => id.equals(basicConstraints))?.value;
  const members = elementsOf(elementsOf(value)[0]?.content);
  const limit = members.find(({ tag }) => tag === tags.integer)?.content;
  return limit === undefined ? Infinity : limit.readUIntBE(0, Math.min(limit.length, 4));
}

interface Extension {
  readonly id: Buffer;
  readonly isCritical: boolean;
  readonly value: Buffer | undefined;
}

function extensionsOf({ raw }: X509Certificate): readonly Extension[] {
  const [certificate] = elementsOf(raw);
  const [signed] = elementsOf(certificate?.content);
  const extensions = elementsOf(signed?.content).find(({ tag }) => tag === tags.extensions);
  return elementsOf(elementsOf(extensions?.content)[0]?.content).map(({ content }) => {
    const [id, ...rest] = elementsOf(content);
    if (id?.tag !== tags.objectId) throw new RangeError('An extension has no id.');
    const critical = rest.find(({ tag }) => tag === tags.boolean)?.content;
    return { id: id.content, isCritical: critical?.equals(Buffer.alloc(1)) === false, value: rest.at(-1)?.content };
  });
}

/** The elements of DER that stand side by side. @throws {RangeError} if they are none */
function elementsOf(bytes: Buffer | undefined): readonly { readonly tag: number; readonly content: Buffer }[] {
  const elements = [];
  for (let at = 0; bytes !== undefined && at < bytes.length;) {
    const tag = bytes.readUInt8(at);
    const short = bytes.readUInt8(at + 1);
    if (short === 0x80) throw new RangeError('DER has no indefinite lengths.');
    const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
    const start = at + 2 + lengthBytes;
    const length = lengthBytes === 0 ? short : bytes.readUIntBE(at + 2, lengthBytes);
    if (start + length > bytes.length) throw new RangeError('An element of DER is longer than what holds it.');
    elements.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}
