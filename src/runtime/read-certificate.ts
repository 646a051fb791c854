import { X509Certificate } from 'node:crypto';

/** A certificate by which others are trusted, as far as an operator has to be told what is wrong with one. */
export interface Authority {
  /** Whether it may issue certificates at all (RFC 5280 §4.2.1.9). */
  readonly isAuthority: boolean;
  readonly validToMs: number;
}

/** Reads a certificate in PEM; undefined if it is none. */
export function readAuthority(pem: string): Authority | undefined {
  const certificate = readCertificate(pem);
  return certificate && { isAuthority: certificate.ca, validToMs: Date.parse(certificate.validTo) };
}

/** Reads a certificate in PEM or DER; undefined if it is none. */
export function readCertificate(data: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(data);
  } catch {
    return undefined;
  }
}
