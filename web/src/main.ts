import { createApp } from 'vue';
import App from './App.vue';
import { clientState } from './api/client';
import { startLanguage } from './language';
import { loadPage, router } from './router';
import { prepareLive } from './state/live';
import { forgetSession, resumeSession } from './state/session';
import { startTheme } from './state/theme';
import './styles/base.css';

clientState.onSignedOut = () => {
  forgetSession('signed_out');
  void router.push({ path: '/login', query: { to: router.currentRoute.value.fullPath } });
};

/* What the first page needs goes out at once, beside one another. */
resumeSession().catch(() => {}); // the router asks again
prepareLive();
loadPage(location.pathname + location.search);

startTheme();
void startLanguage().then(() => createApp(App).use(router).mount('#app'));
