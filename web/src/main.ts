import { createApp } from 'vue';
import App from './App.vue';
import { clientState } from './api/client';
import { startLanguage } from './language';
import { router } from './router';
import { forgetSession } from './state/session';
import { startTheme } from './state/theme';
import './styles/base.css';

clientState.onSignedOut = () => {
  forgetSession('signed_out');
  void router.push({ path: '/login', query: { to: router.currentRoute.value.fullPath } });
};

startTheme();
void startLanguage().then(() => createApp(App).use(router).mount('#app'));
