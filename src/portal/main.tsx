import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { CallError } from './api/call.ts';
import { followAttendance } from './kit/attended.ts';
import { Toasts } from './kit/toasts.tsx';
import { createPortalRouter } from './router.tsx';
import { StepUp } from './shell/step-up.tsx';
import { followTheme } from './shell/theme.ts';
import './styles.css';

followTheme();
followAttendance();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (tries, error) => tries < 2 && error instanceof CallError && (error.status === 0 || error.status === 503),
    },
  },
});
const router = createPortalRouter(queries);
const root = document.getElementById('portal');
if (root === null) throw new Error('The shell has no place for the portal.');
createRoot(root).render(
  <StrictMode>
    {/* The page's policy permits no style elements; what they would say is in styles.css. */}
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <StepUp queries={queries} />
        <Toasts />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
