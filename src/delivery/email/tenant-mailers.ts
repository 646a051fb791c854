import type { Mailer } from './mailer.ts';

/** The mailers of tenants that bring their own provider, each with its connections. */
export interface TenantMailers {
  /**
   * The tenant's mailer. The one that is there stays as long as `fingerprint`, which stands for provider and credentials,
   * is the same; a different one takes its place, and its connections are closed.
   */
  mailerOf(tenantId: string, fingerprint: string, open: () => Mailer): Mailer;
  /** Closes those whose fingerprint is not the tenant's any more. */
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
