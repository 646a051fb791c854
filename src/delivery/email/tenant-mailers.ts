import type { Mailer } from './mailer.ts';

/** The mailers of tenants with their own provider, each with its connections. */
export interface TenantMailers {
  /**
   * The tenant's mailer. An existing one is kept while `fingerprint`, which identifies provider and credentials, stays
   * the same. A different one replaces it, and the old connections are closed.
   */
  mailerOf(tenantId: string, fingerprint: string, open: () => Mailer): Mailer;
  /** Closes mailers whose fingerprint is no longer the tenant's. */
  closeStale(fingerprintOf: (tenantId: string) => string | undefined): void;
  close(): void;
}

export function tenantMailers(): TenantMailers {
  const kept = new Map<string, { readonly fingerprint: string; readonly mailer: Mailer }>();
  function forget(tenantId: string): void {
    kept.get(tenantId)?.mailer.close();
    kept.delete(tenantId);
  }
  return {
    mailerOf(tenantId, fingerprint, open) {
      const known = kept.get(tenantId);
      if (known?.fingerprint === fingerprint) return known.mailer;
      forget(tenantId);
      const mailer = open();
      kept.set(tenantId, { fingerprint, mailer });
      return mailer;
    },
    closeStale(fingerprintOf) {
      for (const [tenantId, { fingerprint }] of kept) {
        if (fingerprintOf(tenantId) !== fingerprint) forget(tenantId);
      }
    },
    close() {
      for (const tenantId of [...kept.keys()]) forget(tenantId);
    },
  };
}
