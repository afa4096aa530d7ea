/* Every view is a URL; a page that one's rights do not open is shown as forbidden. */
import { createRouter, createWebHistory } from 'vue-router';
import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router';
import type { Right } from './api/types';
import LoginScreen from './screens/session/LoginScreen.vue';
import PasswordScreen from './screens/session/PasswordScreen.vue';
import MissingScreen from './screens/session/MissingScreen.vue';
import OverviewScreen from './screens/overview/OverviewScreen.vue';
import { resumeSession, session, sessionKnown } from './state/session';

declare module 'vue-router' {
  interface RouteMeta {
    open?: boolean; // also for who is not signed in
    right?: Right;
    title?: string;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: '/overview' },
    { path: '/login', component: LoginScreen, meta: { open: true } },
    { path: '/password', component: PasswordScreen },
    { path: '/overview', component: OverviewScreen, meta: { right: 'watch', title: 'page.overview' } },
    {
      path: '/stations/:code?',
      component: () => import('./screens/station/StationScreen.vue'),
      meta: { right: 'watch', title: 'page.stations' },
    },
    {
      path: '/trends',
      component: () => import('./screens/trends/TrendScreen.vue'),
      meta: { right: 'watch', title: 'page.trends' },
    },
    {
      path: '/alarms',
      component: () => import('./screens/alarms/AlarmScreen.vue'),
      meta: { right: 'watch', title: 'page.alarms' },
    },
    {
      path: '/data',
      component: () => import('./screens/data/TerminalsScreen.vue'),
      meta: { right: 'examine', title: 'page.data' },
    },
    {
      path: '/data/log',
      component: () => import('./screens/data/LogScreen.vue'),
      meta: { right: 'examine', title: 'page.data' },
    },
    {
      path: '/data/:terminal',
      component: () => import('./screens/data/TerminalScreen.vue'),
      meta: { right: 'examine', title: 'page.data' },
    },
    {
      path: '/admin/:part?',
      component: () => import('./screens/admin/AdminScreen.vue'),
      meta: { title: 'page.admin' },
    },
    { path: '/:rest(.*)*', component: MissingScreen },
  ],
});

/* The code of the page at this address, on its way while the server says who we are. */
export function loadPage(address: string): void {
  for (const { components } of router.resolve(address).matched) {
    const page = components?.default;
    if (typeof page === 'function') (page as () => Promise<unknown>)().catch(() => {}); // the router asks again
  }
}

async function guard(to: RouteLocationNormalized): Promise<RouteLocationRaw | true> {
  if (!sessionKnown.value) {
    try {
      await resumeSession();
    } catch {
      return to.meta.open ? true : { path: '/login', query: { to: to.fullPath } };
    }
  }
  if (to.meta.open) return session.value && to.path === '/login' ? '/overview' : true;
  if (!session.value) return { path: '/login', query: { to: to.fullPath } };
  if (session.value.must_change_password && to.path !== '/password') return '/password';
  return true;
}

router.beforeEach(guard);
