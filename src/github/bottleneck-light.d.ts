// Bottleneck without Redis, as the throttling plugin uses it, ships without types of its own.
declare module 'bottleneck/light.js' {
  export { default } from 'bottleneck';
}
