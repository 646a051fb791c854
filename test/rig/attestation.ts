/** Makers of keys, with authorities of their own, and the attestation statements of their keys (WebAuthn §8). */
import 'reflect-metadata';
import { KeyObject, sign, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Cbor, SoftwareKey, Wrong } from '../../src/testkit/authenticator.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate, and its private key. */
export interface Holder {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface CertificateWishes {
  readonly subject?: string;
  /** The issuer; self-signed if there is none. */
  readonly issuer?: Holder;
  /** The public key to certify; a new one if none is given. */
  readonly publicKey?: webcrypto.CryptoKey;
  readonly isAuthority?: boolean;
  readonly pathLength?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: readonly x509.Extension[];
}

/** Restrictions of an authority (RFC 5280 §4.2.1.3, §4.2.1.10). */
export const narrowings = {
  signsCertificates: new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
  signsOtherThings: new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  // Hosts of example.com.
  hasOtherNames: new x509.Extension('2.5.29.30', true, Buffer.from('300fa00d300b8209652e6578616d706c65', 'hex')),
};

let serial = 0;

export async function certify(wishes: CertificateWishes = {}): Promise<Holder> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { subject = 'C=NZ, O=Test, CN=Authority', issuer, isAuthority = true, pathLength } = wishes;
  serial += 1;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString(16).padStart(4, '0'),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: wishes.notBefore ?? new Date('2025-01-01'),
    notAfter: wishes.notAfter ?? new Date('2099-01-01'),
    signingAlgorithm: algorithm,
    publicKey: wishes.publicKey ?? keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    extensions: [new x509.BasicConstraintsExtension(isAuthority, pathLength, true), ...(wishes.extensions ?? [])],
  });
  return { certificate, keys };
}

export const pem = ({ certificate }: Holder): string => certificate.toString('pem');
const der = ({ certificate }: Holder): Buffer => Buffer.from(certificate.rawData);

/** The certificate of a make of keys, which may contain its AAGUID (§8.2.1). */
export function certifyMake(issuer: Holder, aaguid?: string, wishes: CertificateWishes = {}): Promise<Holder> {
  const named = aaguid === undefined ? [] : [Buffer.from(`0410${aaguid.replaceAll('-', '')}`, 'hex')];
  return certify({
    subject: 'C=NZ, O=Test, OU=Authenticator Attestation, CN=Make',
    issuer,
    isAuthority: false,
    extensions: named.map((value) => new x509.Extension('1.3.6.1.4.1.45724.1.1.4', false, value)),
    ...wishes,
  });
}

const signature = (by: Holder, data: Buffer) => sign('sha256', data, KeyObject.from(by.keys.privateKey));

/** Full attestation by the key of a make, with the chain that is sent (§8.2). */
export function packed(make: Holder, ...above: readonly Holder[]): Wrong {
  return {
    fmt: 'packed',
    attestationStatement: (toSign) =>
      new Map<string, Cbor>([
        ['alg', -7],
        ['sig', signature(make, toSign)],
        ['x5c', [make, ...above].map(der)],
      ]),
  };
}

/** The certificate of one's own make, with a publicly available one of another make appended. */
export function packedWithGuest(own: Holder, guest: Holder): Wrong {
  const both = Buffer.concat([der(own), Buffer.from(`\n${pem(guest)}\n`)]);
  return {
    fmt: 'packed',
    attestationStatement: (toSign) =>
      new Map<string, Cbor>([
        ['alg', -7],
        ['sig', signature(own, toSign)],
        ['x5c', [both]],
      ]),
  };
}

/** The statement of keys from before FIDO2 (§8.6). */
export function fidoU2f(make: Holder): Wrong {
  return {
    fmt: 'fido-u2f',
    attestationStatement(toSign, key: SoftwareKey) {
      const point = [Buffer.from([4]), key.publicKey.get(-2), key.publicKey.get(-3)] as Buffer[];
      const data = Buffer.concat([
        Buffer.alloc(1),
        toSign.subarray(0, 32),
        toSign.subarray(-32),
        key.credentialId,
        ...point,
      ]);
      return new Map<string, Cbor>([
        ['sig', signature(make, data)],
        ['x5c', [der(make)]],
      ]);
    },
  };
}

/** The statement of Android's key store (§8.4), under one's own root, with revocation lists at `crlUrl`. */
export async function androidKey(key: SoftwareKey, clientDataHash: Buffer, crlUrl: string): Promise<Wrong> {
  const root = await certify({ subject: 'CN=Own root' });
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: (key.publicKey.get(-2) as Buffer).toString('base64url'),
    y: (key.publicKey.get(-3) as Buffer).toString('base64url'),
  };
  // KeyDescription: versions and levels, the challenge, no id, and two empty lists.
  const description = Buffer.concat([
    Buffer.from('30340201030a01010201040a01010420', 'hex'),
    clientDataHash,
    Buffer.from('040030003000', 'hex'),
  ]);
  const leaf = await certify({
    subject: 'CN=Key',
    issuer: root,
    isAuthority: false,
    publicKey: await webcrypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']),
    extensions: [
      new x509.Extension('1.3.6.1.4.1.11129.2.1.17', false, description),
      new x509.CRLDistributionPointsExtension([crlUrl]),
    ],
  });
  return {
    fmt: 'android-key',
    attestationStatement: (toSign) =>
      new Map<string, Cbor>([
        ['alg', -7],
        ['sig', sign('sha256', toSign, key.privateKey)],
        ['x5c', [leaf, root].map(der)],
      ]),
  };
}
