import { runCommand } from "../operate/run-command.ts";
import { command } from "./command.ts";

void runCommand(command);
