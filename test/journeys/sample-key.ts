import { coseKey, encodeCbor } from '../../src/testkit/authenticator.ts';

// The first key of Wycheproof's vectors for ECDSA on P-256.
const x = '04aaec73635726f213fb8a9e64da3b8632e41495a944d0045b522eba7240fad5';
const y = '87d9315798aaa3a5ba01775787ced05eaaf7b4e09fc81d6d1aa546e8365d525d';

/** A public key that is the same in each run, as COSE in base64url. */
export const sampleKey = encodeCbor(coseKey(-7, 1, Buffer.from(x, 'hex'), Buffer.from(y, 'hex'))).toString('base64url');
