import type { ApiKeyRow } from '../storage/queries/api-keys.ts';
import { wireTime } from './wire-values.ts';

/** A key as operators see it, without the key itself. */
export function apiKeyView(row: Omit<ApiKeyRow, 'digest' | 'keySealed' | 'tenantId'>) {
  const { keyId, kind, name, createdAt, expiresAt, revokedAt, lastUsedAt } = row;
  return {
    keyId,
    kind,
    name,
    createdAt: wireTime(createdAt),
    ...(expiresAt === null ? {} : { expiresAt: wireTime(expiresAt) }),
    ...(revokedAt === null ? {} : { revokedAt: wireTime(revokedAt) }),
    ...(lastUsedAt === null ? {} : { lastUsedAt: wireTime(lastUsedAt) }),
  };
}
