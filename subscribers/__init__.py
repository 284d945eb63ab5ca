"""The audience: who may be mailed, and on what grounds. Knows nothing of issues or sends."""
