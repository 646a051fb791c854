import { getRuleVocabulary as route } from '../../contract/portal/rule-sets.ts';
import { facts } from '../../core/facts/facts.ts';
import { listActionConfigurations } from '../../storage/queries/action-configurations.ts';
import { listCustomDataPoints } from '../../storage/queries/custom-data-points.ts';
import { listNamedLists } from '../../storage/queries/value-lists.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { distinctMethods } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

// Free members are data points, and of cards nothing can be sent yet.
const named = facts
  .filter(({ path }) => !path.endsWith('.*') && !path.startsWith('cardBin.'))
  .map(({ path, type, meaning }) => ({ path, type, meaning }));

export const getRuleVocabulary = operation(route, async ({ db }, { caller: { tenant } }) => {
  const { tenantId } = tenant;
  const points = await listCustomDataPoints(db, tenantId);
  const lists = await listNamedLists(db, tenantId);
  const actions = await listActionConfigurations(db, tenantId);
  return {
    facts: [...named],
    dataPoints: points.map(({ name, modelType, dataType, description }) => ({
      name,
      modelType,
      dataType,
      ...omitAbsent({ description }),
    })),
    lists: lists.map((list) => ({ ...list })),
    actionCodes: actions.map(({ actionCode }) => actionCode),
    methods: distinctMethods(tenant.activeMethods),
  };
});
