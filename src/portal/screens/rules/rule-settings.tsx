import { ruleSettingsTexts } from '#portal-texts/rules.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActionConfiguration } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Button, Failure, Notice, Skeleton } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useScene } from '../../shell/tenant.tsx';
import { DemandFields } from './demand-fields.tsx';
import type { Demands } from './demand-fields.tsx';
import { actionConfigurationKey, actionConfigurationPath, useVocabulary } from './use-rule-set.ts';

/** What a challenge of the action asks for, unless the rule that decides says otherwise. */
export function RuleSettings({ actionCode }: { readonly actionCode: string }) {
  const { tenant, manage } = useScene();
  const key = actionConfigurationKey(tenant.tenantId, actionCode);
  const path = actionConfigurationPath(actionCode);
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: () => manage<ActionConfiguration>('GET', path),
  });
  if (data !== undefined) return <Form key={JSON.stringify(data)} configuration={data} path={path} queryKey={key} />;
  if (error === null) return <Skeleton label={ruleSettingsTexts.settingsLoading} />;
  return <Failure error={error} title={ruleSettingsTexts.settingsNotLoaded} retry={() => void refetch()} />;
}

function Form({
  configuration,
  path,
  queryKey,
}: {
  readonly configuration: ActionConfiguration;
  readonly path: string;
  readonly queryKey: readonly string[];
}) {
  const { manage, may } = useScene();
  const queries = useQueryClient();
  const { data: vocabulary } = useVocabulary();
  const [demands, setDemands] = useState<Demands>(configuration);
  const mayChange = may('configuration:change');
  const save = useMutation({
    mutationFn: () =>
      manage<ActionConfiguration>('PATCH', path, {
        verificationMethods: demands.verificationMethods ?? null,
        defaultVerificationMethod: demands.defaultVerificationMethod ?? null,
        promptToEnrollVerificationMethods: demands.promptToEnrollVerificationMethods ?? null,
        minimumAssurance: demands.minimumAssurance ?? null,
      }),
    onSuccess(saved) {
      queries.setQueryData(queryKey, saved);
      tell(ruleSettingsTexts.settingsSaved, ruleSettingsTexts.settingsSavedText);
    },
  });
  return (
    <form
      className="Card RuleForm"
      aria-label={ruleSettingsTexts.settings}
      onSubmit={(event) => {
        event.preventDefault();
        if (mayChange) save.mutate();
      }}
    >
      <h2>{ruleSettingsTexts.whatAChallengeAsksFor}</h2>
      <p className="Faint">{ruleSettingsTexts.text}</p>
      <fieldset disabled={!mayChange} className="Bare">
        <DemandFields
          demands={demands}
          change={setDemands}
          methods={vocabulary?.methods ?? []}
          legend={ruleSettingsTexts.methodsLegend}
        />
      </fieldset>
      <div role="alert">{save.error === null ? null : <Notice tone="bad">{wordsOf(save.error)}</Notice>}</div>
      {mayChange ? (
        <div className="ModalEnd">
          <Button look="main" type="submit" isBusy={save.isPending}>
            {ruleSettingsTexts.saveTheSettings}
          </Button>
        </div>
      ) : null}
    </form>
  );
}
