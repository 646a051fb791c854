import { ruleSetView } from '../../configuring/rule-set-view.ts';
import { getRuleSet as route } from '../../contract/portal/rule-sets.ts';
import { operation } from '../operation.ts';

export const getRuleSet = operation(route, async (context, { caller, params }) =>
  ruleSetView(context, caller.tenant.tenantId, params.actionCode, caller.operatorId),
);
