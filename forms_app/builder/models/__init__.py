from forms_app.builder.models.definitions import FormDefinition, FormVersion

__all__ = ["FormDefinition", "FormVersion"]
