import { listWaitingHelps as route } from '../../contract/portal/helps.ts';
import { helpViews } from '../../operators/help-view.ts';
import { listWaitingHelps as listWaiting } from '../../storage/queries/helps.ts';
import { operation } from '../operation.ts';

export const listWaitingHelps = operation(route, async ({ db, runtime }, { caller }) => {
  const nowMs = runtime.clock.now();
  return helpViews(db, caller, await listWaiting(db, caller.tenant.tenantId, nowMs), nowMs);
});
