/** What several examples of the API reference show: a user, Alice, and what she has. Signatures are shortened. */

export const exampleToken = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
export const examplePasskey = {
  userAuthenticatorId: 'b4fbcd3c-9e3e-4a68-8a35-1a8ae0a0f6e5',
  verificationMethod: 'PASSKEY',
  createdAt: '2026-02-20T08:15:00.000Z',
  verifiedAt: '2026-02-20T08:15:00.000Z',
  lastVerifiedAt: '2026-03-01T09:30:00.000Z',
  isDefault: true,
  displayName: 'Alice’s phone',
  webauthnCredential: {
    credentialId: 'frZsrZl4oLjsGCb54J68Px8FWzT0061jFW8YMNWAwcY',
    deviceId: '',
    name: 'iCloud Keychain',
    aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
    aaguidMapping: { name: 'iCloud Keychain' },
    credentialBackedUp: true,
    credentialDeviceType: 'multiDevice',
    verifiedAt: '2026-02-20T08:15:00.000Z',
  },
};
export const exampleAddress = {
  userAuthenticatorId: '0f2f6a53-27b9-4a7f-bd6c-6c7d0c9b6c0e',
  verificationMethod: 'EMAIL_OTP',
  createdAt: '2026-02-20T08:10:00.000Z',
  verifiedAt: '2026-02-20T08:11:00.000Z',
  lastVerifiedAt: '2026-02-27T17:45:00.000Z',
  isDefault: false,
  email: 'a•••@example.com',
};
export const exampleMessage = {
  userAuthenticatorId: exampleAddress.userAuthenticatorId,
  target: 'a•••@example.com',
  resendInSeconds: 30,
  expiresAt: '2026-03-01T09:40:00.000Z',
};
export const exampleNumberMessage = {
  userAuthenticatorId: '6b0a1c2e-9f3d-4a57-8e21-0d9c7b6a5f43',
  target: '•••456',
  resendInSeconds: 30,
  expiresAt: '2026-03-01T09:40:00.000Z',
};
export const exampleChallengeId = '9d1b8c34-6d5f-4c0e-a7fb-3b0d8f9f6a71';

const exampleCredentialId = examplePasskey.webauthnCredential.credentialId;
const exampleClientData = 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0Iiwib3JpZ2luIjoiaHR0cHM6Ly9hcHAuZXhhbXBsZS5jb20ifQ';
export const exampleCreationOptions = {
  challenge: 'SYqcpn-Il_DHNfpSgcCbA-zjJTQSFeM7kSHJ0HfzlMQ',
  rp: { id: 'example.com', name: 'Example Bank' },
  user: {
    id: 'Q0wzckpkUHZXVnpwVHRoOGhoV2hOR09CNFQ2Y0VMbHQ',
    name: 'alice@example.com',
    displayName: 'Alice Rangi',
  },
  pubKeyCredParams: [
    { alg: -7, type: 'public-key' },
    { alg: -8, type: 'public-key' },
    { alg: -257, type: 'public-key' },
  ],
  timeout: 60_000,
  attestation: 'none',
  excludeCredentials: [],
  authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
};
export const exampleRequestOptions = {
  challenge: 'k5RC7FyaYS70aR7p6IQ2LORTf_rdrsfTW3qjyz6lvuc',
  rpId: 'example.com',
  allowCredentials: [{ id: exampleCredentialId, type: 'public-key', transports: ['internal'] }],
  timeout: 60_000,
  userVerification: 'preferred',
};
export const exampleRegistration = {
  id: exampleCredentialId,
  rawId: exampleCredentialId,
  type: 'public-key',
  response: {
    clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwib3JpZ2luIjoiaHR0cHM6Ly9hcHAuZXhhbXBsZS5jb20ifQ',
    attestationObject: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVik',
    transports: ['internal', 'hybrid'],
  },
  authenticatorAttachment: 'platform',
};
export const exampleAssertion = {
  id: exampleCredentialId,
  rawId: exampleCredentialId,
  type: 'public-key',
  response: {
    clientDataJSON: exampleClientData,
    authenticatorData: 'o3mm9u6vuaVeN4wRgDTidR5oL6ufLTCrE9ISVYbOGUcFAAAAAQ',
    signature: 'MEUCIQDqmE6lR5mJ1v9c0Xw4bYqkq0bS3uZ7yQkz5vQy8l9bZwIgR1',
    userHandle: 'Q0wzckpkUHZXVnpwVHRoOGhoV2hOR09CNFQ2Y0VMbHQ',
  },
};
export const exampleAddedPasskey = {
  isVerified: true,
  accessToken: exampleToken,
  userAuthenticatorId: examplePasskey.userAuthenticatorId,
  userId: 'alice',
  credentialId: exampleCredentialId,
  userAuthenticator: examplePasskey,
};

/** The public key of an app, in a body and in a query. */
export const exampleAppKey =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElDVUjYXPEcg+kJUatBp9GTOklYZpe3Zfgv1UgohpmJRgT5OiLD6YLqb0mZLqtY/WV17rHKzv/6daZd6k/BuAqQ==';
export const exampleAppKeyInQuery =
  'TUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFbERWVWpZWFBFY2cra0pVYXRCcDlHVE9rbFlacGUzWmZndjFVZ29ocG1KUmdUNU9pTEQ2WUxxYjBtWkxxdFkvV1YxN3JIS3p2LzZkYVpkNmsvQnVBcVE9PQ';
export const exampleAppSignature =
  'MEUCIQCGXHPVd7CUytaVKuIGqnIh9tjpGr7nb0MV61RAAnaCUwIgKeQENbGkmpQ5fyQ281lmPzFu+Bq1YO+nFrXpu30NPvQ=';
