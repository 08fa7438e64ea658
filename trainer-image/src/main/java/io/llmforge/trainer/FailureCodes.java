package io.llmforge.trainer;

import io.llmforge.crds.plan.FailureCode;
import io.llmforge.trainer.TrainerArguments.UsageException;
import io.llmforge.trainer.checkpoint.CheckpointFormatException;
import io.llmforge.trainer.checkpoint.ReferenceFolder;
import io.llmforge.trainer.checkpoint.TensorFileException;
import io.llmforge.trainer.data.DatasetInvalidException;
import io.llmforge.trainer.data.TokenizerInvalidException;
import io.llmforge.trainer.distributed.CommunicationException;
import io.llmforge.trainer.model.AdapterTargetException;
import io.llmforge.trainer.model.ModelFormatException;
import io.llmforge.trainer.model.UnsupportedModelException;
import io.llmforge.trainer.recipe.DivergedException;
import io.llmforge.trainer.recipe.MemoryExceededException;
import io.llmforge.trainer.recipe.PlanInvalidException;
import io.llmforge.trainer.recipe.ReferenceStalledException;
import io.llmforge.trainer.storage.StorageException;
import io.llmforge.trainer.torch.DeviceFailureException;
import io.llmforge.trainer.torch.DeviceMemoryException;

/** What kind of failure an exception is. Decided by its type, never by its words. */
final class FailureCodes {

  private FailureCodes() {}

  static FailureCode of(Throwable failure) {
    return switch (failure) {
      case UsageException ignored -> FailureCode.USAGE_ERROR;
      case DatasetInvalidException ignored -> FailureCode.DATASET_INVALID;
      case StorageException storage -> of(storage);
      case PlanInvalidException ignored -> FailureCode.INVALID_CONFIG;
      case UnsupportedModelException ignored -> FailureCode.INVALID_CONFIG;
      case ModelFormatException ignored -> FailureCode.INVALID_CONFIG;
      case AdapterTargetException ignored -> FailureCode.INVALID_CONFIG;
      case TensorFileException ignored -> FailureCode.INVALID_CONFIG;
      case CheckpointFormatException ignored -> FailureCode.INVALID_CONFIG;
      case ReferenceFolder.InvalidException ignored -> FailureCode.DATASET_INVALID;
      case ReferenceStalledException ignored -> FailureCode.HANG;
      case TokenizerInvalidException ignored -> FailureCode.INVALID_CONFIG;
      case DivergedException ignored -> FailureCode.DIVERGED;
      case MemoryExceededException ignored -> FailureCode.ACCELERATOR_OUT_OF_MEMORY;
      case DeviceMemoryException ignored -> FailureCode.ACCELERATOR_OUT_OF_MEMORY;
      case DeviceFailureException ignored -> FailureCode.ACCELERATOR_FAILURE;
      case CommunicationException ignored -> FailureCode.COMMUNICATION_FAILURE;
      case OutOfMemoryError ignored -> FailureCode.ACCELERATOR_OUT_OF_MEMORY;
      case Throwable ignored -> FailureCode.INTERNAL_ERROR;
    };
  }

  private static FailureCode of(StorageException failure) {
    return switch (failure) {
      case StorageException.NotFound ignored -> FailureCode.SOURCE_NOT_FOUND;
      case StorageException.AccessDenied ignored -> FailureCode.ACCESS_DENIED;
      case StorageException.CannotWrite ignored -> FailureCode.CANNOT_WRITE_OUTPUT;
      case StorageException.Unavailable ignored -> FailureCode.STORAGE_UNAVAILABLE;
    };
  }
}
