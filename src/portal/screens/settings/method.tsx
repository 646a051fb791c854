import { methodTexts } from '#portal-texts/methods.ts';
import { fill } from '../../kit/fill.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';
import { manifestOf } from '../../../methods/manifests.ts';
import { CallError } from '../../api/call.ts';
import type { MethodConfiguration } from '../../api/types.ts';
import { Confirm } from '../../kit/confirm.tsx';
import type { Values } from '../../kit/described-values.ts';
import { Button, Copyable, Failure, Notice, PageHead, Skeleton, Tag } from '../../kit/parts.tsx';
import { ResourceForm } from '../../kit/resource-form.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { methodWords, methods } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { missingOf, ownPathOf, userFieldsOf } from './method-settings.ts';
import { useMethods } from './methods.tsx';
import { SendTest } from './send-test.tsx';

export function MethodScreen() {
  const { method } = useParams({ from: '/t/$tenantId/settings/methods/$method' });
  const { tenant, manage } = useScene();
  const { tenantId } = tenant;
  const own = ownPathOf(method);
  const { data: rows, error, refetch } = useMethods();
  const row = rows?.find(({ verificationMethod }) => verificationMethod === method);
  const stored = useQuery({
    queryKey: [tenantId, 'method', method],
    queryFn: () => (own === undefined ? Promise.resolve<Values>({}) : readOwn(manage, own.slug)),
  });
  const failed = error ?? stored.error;
  const isKnown = method in methods;
  return (
    <div className="Page">
      <div className="Crumbs">
        <Link to="/t/$tenantId/settings/methods" params={{ tenantId }}>
          <ArrowLeft size={14} aria-hidden />
          {methodTexts.methods}
        </Link>
      </div>
      {!isKnown ? (
        <Failure isWholePage error={new CallError('not_found', 404, '')} title={methodTexts.methodNotLoaded} />
      ) : rows !== undefined && stored.data !== undefined ? (
        <MethodBody key={method} method={method} row={row} own={stored.data} />
      ) : failed === null ? (
        <Skeleton label={methodTexts.methodLoading} />
      ) : (
        <Failure
          isWholePage
          error={failed}
          title={methodTexts.methodNotLoaded}
          retry={() => {
            void refetch();
            void stored.refetch();
          }}
        />
      )}
    </div>
  );
}

type Manage = ReturnType<typeof useScene>['manage'];

/** The settings at the method's own path; none if it was never set up. */
async function readOwn(manage: Manage, slug: string): Promise<Values> {
  try {
    return await manage<Values>('GET', `/authenticator-configurations/${slug}`);
  } catch (error) {
    if (error instanceof CallError && error.status === 404) return {};
    throw error;
  }
}

function MethodBody({
  method,
  row,
  own,
}: {
  readonly method: string;
  readonly row: MethodConfiguration | undefined;
  readonly own: Values;
}) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const isFixed = !may('configuration:change');
  const [isSwitchingOff, setSwitchingOff] = useState(false);
  const path = ownPathOf(method);
  const userFields = userFieldsOf(method);
  const missing = row === undefined ? [] : missingOf(method, own);
  const callbacks = [own['callbackUrl'], (own['fallback'] as Values | undefined)?.['callbackUrl']].filter(
    (one): one is string => typeof one === 'string',
  );
  const byId = row === undefined ? '' : `/authenticator-configurations/${encodeURIComponent(row.authenticatorId)}`;
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: [tenantId, 'methods'] });
    void queries.invalidateQueries({ queryKey: [tenantId, 'method', method] });
  };
  const setActive = (isActive: boolean) => manage('PATCH', byId, { isActive });
  const switchOn = useChange(
    () => setActive(true),
    () => {
      tell(fill(methodTexts.isNowOn, { method: methodWords(method) }));
      refresh();
    },
  );
  const saved = () => {
    tell(methodTexts.saved, methodWords(method));
    refresh();
  };
  return (
    <>
      <PageHead title={methodWords(method)}>
        {row === undefined ? (
          <Tag>{methodTexts.notSetUp}</Tag>
        ) : row.isActive ? (
          <Tag tone="good">{methodTexts.on}</Tag>
        ) : (
          <Tag>{methodTexts.off}</Tag>
        )}
        {row === undefined || isFixed ? null : row.isActive ? (
          <Button onClick={() => setSwitchingOff(true)}>{methodTexts.switchOff}</Button>
        ) : (
          <Button look="main" isBusy={switchOn.isBusy} onClick={() => switchOn.start(undefined)}>
            {methodTexts.switchOn}
          </Button>
        )}
      </PageHead>
      <div role="alert">{switchOn.problem === undefined ? null : <Notice tone="bad">{switchOn.problem}</Notice>}</div>
      {missing.map((words) => (
        <Notice key={words} tone="wait">
          {words}
        </Notice>
      ))}
      <div className="Split">
        <div className="SplitMain">
          {path === undefined ? null : (
            <ResourceForm
              key={row === undefined ? 'new' : 'stored'}
              label={methodTexts.settings}
              fields={path.fields}
              opened={own}
              isStored={row !== undefined}
              read={() => readOwn(manage, path.slug)}
              save={(changes) =>
                manage<Values>(
                  row === undefined ? 'POST' : 'PATCH',
                  `/authenticator-configurations/${path.slug}`,
                  changes,
                )
              }
              saved={(now) => {
                // Before the list is read again, which begins this form anew where the method was not set up before.
                queries.setQueryData([tenantId, 'method', method], now);
                saved();
              }}
              isFixed={isFixed}
              heading={<h2>{methodTexts.settings}</h2>}
            />
          )}
          {row === undefined || userFields.length === 0 ? null : (
            <ResourceForm
              label={methodTexts.forUsers}
              fields={userFields}
              opened={row as Values}
              read={async () => {
                const now = await manage<MethodConfiguration[]>('GET', '/authenticator-configurations');
                return (now.find(({ authenticatorId }) => authenticatorId === row.authenticatorId) ?? {}) as Values;
              }}
              save={(changes) => manage<Values>('PATCH', byId, changes)}
              saved={saved}
              isFixed={isFixed}
              heading={<h2>{methodTexts.forUsers}</h2>}
            />
          )}
        </div>
        <div className="SplitSide">
          <section className="Card">
            <h2>{methodTexts.settingItUp}</h2>
            <ol className="Steps">
              {(manifestOf(method)?.setUp ?? []).map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </section>
          {manifestOf(method)?.channel === undefined ? null : <SendTest method={method} />}
          {callbacks.length === 0 ? null : (
            <section className="Card">
              <h2>{methodTexts.callbackAddress}</h2>
              <p className="Note">{methodTexts.callbackText}</p>
              {callbacks.map((url) => (
                <Copyable key={url} value={url} label={methodTexts.copyCallbackAddress} />
              ))}
            </section>
          )}
        </div>
      </div>
      {isSwitchingOff ? (
        <Confirm
          title={fill(methodTexts.switchOffTitle, { method: methodWords(method) })}
          text={methodTexts.switchOffText}
          words={methodTexts.switchOff}
          run={() => setActive(false)}
          done={() => {
            setSwitchingOff(false);
            tell(fill(methodTexts.isNowOff, { method: methodWords(method) }));
            refresh();
          }}
          close={() => setSwitchingOff(false)}
        />
      ) : null}
    </>
  );
}
