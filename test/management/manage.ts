import type { TestApp, TestReply, TestTenant } from '../../src/testkit/test-app.ts';

const secondMs = 1000;

/**
 * Calls the management API with the tenant's management key, a second after the last call: slower than its rate limit.
 */
export function manage(app: TestApp, tenant: TestTenant = app.tenant) {
  return async (method: string, path: string, body?: unknown): Promise<TestReply> => {
    await app.runtime.advance(secondMs);
    return app.call(method, `/v1/management${path}`, { key: tenant.managementKey, body });
  };
}
