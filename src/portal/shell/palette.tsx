/** Ctrl-K: pages, users and actions by a few letters. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  Building2,
  Keyboard,
  LogOut,
  MonitorSmartphone,
  Moon,
  Search,
  SlidersHorizontal,
  Sun,
  UserRound,
  Zap,
} from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { queryOf } from '../api/call.ts';
import type { UsersPage } from '../api/types.ts';
import { places, settingsPlaces } from './places.ts';
import { useScene } from './tenant.tsx';
import { chooseTheme } from './theme.ts';
import { useSignOut } from './use-sign-out.ts';

interface Item {
  readonly value: string;
  readonly label: string;
  readonly note?: string;
  readonly icon: ReactNode;
  readonly run: () => void;
}
interface Group {
  readonly value: string;
  readonly items: readonly Item[];
}

const isActionId = (words: string) => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(words);
const pauseMs = 200;

export function Palette({ close, showShortcuts }: { readonly close: () => void; readonly showShortcuts: () => void }) {
  const { session, tenant, may, portal } = useScene();
  const { tenantId } = tenant;
  const navigate = useNavigate();
  const signOut = useSignOut();
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  const shown = useDeferredValue(words.trim().toLowerCase());
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words.trim()), pauseMs);
    return () => clearTimeout(timer);
  }, [words]);
  const { data: found } = useQuery({
    queryKey: [tenantId, 'palette', asked],
    queryFn: ({ signal }) =>
      portal<UsersPage>('GET', `/users${queryOf({ words: asked, limit: 6 })}`, undefined, signal),
    enabled: asked !== '' && may('users:read'),
  });

  const fits = ({ label, note = '' }: Item) => `${label} ${note}`.toLowerCase().includes(shown);
  const groups: readonly Group[] = [
    {
      value: 'Pages',
      items: places
        .filter(({ needs }) => may(needs))
        .map(({ to, words: label, icon: Icon }) => ({
          value: to,
          label,
          icon: <Icon size={15} aria-hidden />,
          run: () => void navigate({ to, params: { tenantId } }),
        }))
        .filter(fits),
    },
    {
      value: 'Settings',
      items: settingsPlaces
        .filter(({ needs }) => shown !== '' && may(needs))
        .map(({ to, words: label }) => ({
          value: to,
          label,
          note: 'Settings',
          icon: <SlidersHorizontal size={15} aria-hidden />,
          run: () => void navigate({ to, params: { tenantId } }),
        }))
        .filter(fits),
    },
    {
      value: 'Users',
      items: (asked === '' ? [] : (found?.users ?? [])).map(({ userId, email }) => ({
        value: `user ${userId}`,
        label: userId,
        ...(email === undefined ? {} : { note: email }),
        icon: <UserRound size={15} aria-hidden />,
        run: () => void navigate({ to: '/t/$tenantId/users/$userId', params: { tenantId, userId } }),
      })),
    },
    {
      value: 'Action',
      items: isActionId(asked)
        ? [
            {
              value: asked,
              label: `Open action ${asked}`,
              icon: <Zap size={15} aria-hidden />,
              run: () => void navigate({ to: '/t/$tenantId/actions/$actionId', params: { tenantId, actionId: asked } }),
            },
          ]
        : [],
    },
    {
      value: 'Tenants',
      items: session.tenants
        .filter((one) => one.tenantId !== tenantId)
        .map(({ tenantId: other, name }) => ({
          value: other,
          label: `Switch to ${name}`,
          icon: <Building2 size={15} aria-hidden />,
          run: () => void navigate({ to: '/t/$tenantId', params: { tenantId: other } }),
        }))
        .filter(fits),
    },
    {
      value: 'Do',
      items: [
        {
          value: 'shortcuts',
          label: 'List the shortcuts',
          icon: <Keyboard size={15} aria-hidden />,
          run: showShortcuts,
        },
        { value: 'light', label: 'Theme: light', icon: <Sun size={15} aria-hidden />, run: () => chooseTheme('light') },
        { value: 'dark', label: 'Theme: dark', icon: <Moon size={15} aria-hidden />, run: () => chooseTheme('dark') },
        {
          value: 'system',
          label: 'Theme: as the system',
          icon: <MonitorSmartphone size={15} aria-hidden />,
          run: () => chooseTheme('system'),
        },
        {
          value: 'sessions',
          label: 'Your sessions',
          icon: <MonitorSmartphone size={15} aria-hidden />,
          run: () => void navigate({ to: '/t/$tenantId/sessions', params: { tenantId } }),
        },
        { value: 'out', label: 'Sign out', icon: <LogOut size={15} aria-hidden />, run: signOut },
      ].filter(fits),
    },
  ].filter(({ items }) => items.length > 0);

  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : close())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="Backdrop" />
        <Dialog.Popup className="Palette" aria-label="Find anything">
          <Autocomplete.Root
            open
            inline
            items={groups}
            filter={null}
            value={words}
            onValueChange={setWords}
            itemToStringValue={({ label }: Item) => label}
            autoHighlight="always"
            keepHighlight
          >
            <div className="PaletteTop">
              <Search size={16} aria-hidden />
              <Autocomplete.Input
                className="PaletteInput"
                aria-label="Find"
                placeholder="A page, a user, an action id…"
              />
            </div>
            <Dialog.Close className="Hidden">Close</Dialog.Close>
            <div className="PaletteList">
              <Autocomplete.Empty>
                <div className="PaletteEmpty">
                  Nothing is called that. Users are found by the beginning of their id.
                </div>
              </Autocomplete.Empty>
              <Autocomplete.List>
                {(group: Group) => (
                  <Autocomplete.Group key={group.value} items={group.items}>
                    <Autocomplete.GroupLabel className="MenuLabel">{group.value}</Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(item: Item) => (
                        <Autocomplete.Item
                          key={item.value}
                          value={item}
                          className="MenuItem"
                          onClick={() => {
                            close();
                            item.run();
                          }}
                        >
                          {item.icon}
                          <span className="MenuMain">{item.label}</span>
                          {item.note === undefined ? null : <small>{item.note}</small>}
                        </Autocomplete.Item>
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </div>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
