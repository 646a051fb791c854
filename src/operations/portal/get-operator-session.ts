import { getOperatorSession as route } from '../../contract/portal/session.ts';
import { sessionView } from '../../operators/session-view.ts';
import { loadStepUpBy } from '../../operators/step-up-by.ts';
import { operation } from '../operation.ts';

export const getOperatorSession = operation(route, async (context, { caller }) =>
  sessionView(context, { ...caller, stepUpBy: await loadStepUpBy(context.db, context, caller.operatorId) }),
);
