import { registerRootComponent } from "expo";
import { install } from "react-native-quick-crypto";
import { App } from "./src/app";

// Digests and signatures need crypto.subtle, which Hermes lacks.
install();
registerRootComponent(App);
