/**
 * Checks on X.509 certificates (RFC 5280): `node:crypto` verifies signatures and names, `@peculiar/asn1-x509` reads the
 * extensions. Nothing here fetches anything: no revocation lists.
 */
import type { X509Certificate } from 'node:crypto';
import { AsnParser } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate,
  type Extension,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
} from '@peculiar/asn1-x509';
import { type BaseBlock, Constructed, fromBER } from 'asn1js';
import { readCertificate } from './read-certificate.ts';

/** Real chains have two or three. */
const chainLengthMax = 6;

// Elements of one certificate. Real ones have one or two hundred; the parser takes a millisecond for a hundred.
const nodesMax = 500;

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

// The extensions of §4.2.1 that are checked here, or that restrict nothing checked here.
const understoodExtensions: ReadonlySet<string> = new Set([
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_extKeyUsage,
]);

/** Whether every critical extension is understood: any other might limit what the certificate may be used for (§4.2). */
function isUnderstood(certificate: X509Certificate): boolean {
  return extensionsOf(certificate).every(({ extnID, critical }) => !critical || understoodExtensions.has(extnID));
}

/** How many authorities may stand below this one: its path length constraint (§4.2.1.9), which `node:crypto` does not expose. */
function pathLength(certificate: X509Certificate): number {
  const extension = extensionsOf(certificate).find(({ extnID }) => extnID === id_ce_basicConstraints);
  if (extension === undefined) return Infinity;
  // The library gives numbers of four bytes and more as text.
  return Number(parseDer(extension.extnValue.buffer, BasicConstraints).pathLenConstraint ?? Infinity);
}

// One certificate of a chain is asked about itself and as an issuer; parsing it is most of the work.
const parsedExtensions = new WeakMap<X509Certificate, readonly Extension[]>();

function extensionsOf(certificate: X509Certificate): readonly Extension[] {
  const known = parsedExtensions.get(certificate);
  if (known !== undefined) return known;
  const extensions = parseDer(certificate.raw, Certificate).tbsCertificate.extensions ?? [];
  parsedExtensions.set(certificate, extensions);
  return extensions;
}

/**
 * Parses DER. OpenSSL and the library also accept BER, where two parsers may disagree about one certificate; so indefinite
 * lengths and strings in parts are refused here. Deviations that real certificates have, such as a default that is
 * written out, are not.
 * @throws if it is not DER, or has more elements than real certificates have
 */
function parseDer<T>(der: ArrayBuffer | Buffer, type: new () => T): T {
  const { offset, result } = fromBER(der, { maxNodes: nodesMax });
  if (offset !== der.byteLength || !isDer(result)) throw new RangeError('It is not DER.');
  return AsnParser.fromASN(result, type);
}

function isDer(element: BaseBlock): boolean {
  if (element.lenBlock.isIndefiniteForm) return false;
  return element instanceof Constructed ? element.valueBlock.value.every(isDer) : !element.idBlock.isConstructed;
}

/** A leaf certificate, as far as a statement about an app depends on it. */
export interface Leaf {
  /** The point of its key on a curve, uncompressed. */
  readonly point: Buffer;
  /** The value of an extension, in DER; undefined if it has none. */
  extension(id: string): Buffer | undefined;
}

/** Reads a certificate in DER; undefined if it is none, or its key is not on a curve. */
export function readLeaf(der: Buffer): Leaf | undefined {
  const certificate = readDer(der);
  if (certificate?.publicKey.asymmetricKeyType !== 'ec') return undefined;
  const { x = '', y = '' } = certificate.publicKey.export({ format: 'jwk' });
  return {
    point: Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]),
    extension(id) {
      const found = extensionsOf(certificate).find(({ extnID }) => extnID === id);
      return found === undefined ? undefined : Buffer.from(found.extnValue.buffer);
    },
  };
}
